#!/bin/sh
# Works for a while, then crashes: pminit restarts it, and waits longer if it crashes again at once.
echo '{"level":"info","msg":"a line that is JSON already keeps its fields","job":1}'
sleep 5
echo "about to crash" >&2
exit 1
