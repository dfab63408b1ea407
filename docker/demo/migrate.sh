#!/bin/sh
# A one-shot: runs to its end once, and is not restarted.
echo "migrating"
sleep 1
printf 'done (the last line has no newline, and is not lost)'
