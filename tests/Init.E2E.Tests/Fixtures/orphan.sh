#!/bin/sh
# Waits until the process named by the first argument, its parent, is gone, and then writes who its parent is now to the file `parent`.
while [ -d "/proc/$1" ]; do
    sleep 0.01
done
cut -d' ' -f4 "/proc/$$/stat" >parent.new
mv parent.new parent
