# Spoils everything that a program inherits, then becomes the program named by the arguments: SIGHUP ignored, SIGUSR2 and SIGTERM
# blocked, descriptors 7 and 9 open and inheritable. What Python itself changed (SIGPIPE, SIGXFSZ) is put back first.
import os
import signal
import sys

for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR2, signal.SIGTERM})
for number in (7, 9):
    os.dup2(os.open("/dev/zero", os.O_RDONLY), number, inheritable=True)
os.execvp(sys.argv[1], sys.argv[1:])
