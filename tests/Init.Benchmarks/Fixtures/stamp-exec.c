/* stamp-exec LOG STAMP PROGRAM ARGS...
 * Runs as PID 1 of a new namespace: writes the monotonic time to STAMP and becomes PROGRAM in the next system calls.
 * Output of PROGRAM goes to LOG, so that no subject ever waits for a reader. Exits 127 when PROGRAM cannot be executed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    int in = open("/dev/null", O_RDONLY), log = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
    int stamp = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (in < 0 || log < 0 || stamp < 0)
        return 73;
    dup2(in, 0);
    dup2(log, 1);
    dup2(log, 2);
    if (in > 2)
        close(in);
    if (log > 2)
        close(log);

    char text[32];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int length = snprintf(text, sizeof text, "%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
    if (write(stamp, text, length) != length)
        return 74;
    execv(argv[3], argv + 3);
    dprintf(2, "stamp-exec: cannot execute %s: %s\n", argv[3], strerror(errno));
    return 127;
}
