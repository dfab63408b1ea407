#!/bin/sh
# Prints numbered lines, for ever or as many as the first argument says.
limit=${1:-0}
i=0
while [ "$limit" -eq 0 ] || [ "$i" -lt "$limit" ]; do
    i=$((i + 1))
    echo "tick $i"
    [ "$limit" -ne 0 ] || sleep 0.01
done
