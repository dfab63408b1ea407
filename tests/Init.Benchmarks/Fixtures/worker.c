/* worker sleep FILE        record "start NS", sleep; on SIGTERM or SIGINT record "term NS" and exit 0
 * worker orphans FILE N    hand N processes over to PID 1, end them at once, record how long they stayed in the process table
 * Built static, so that "first instruction" is not dominated by the dynamic loader. Times are CLOCK_MONOTONIC nanoseconds.
 * Lines are appended with one write each: several incarnations share FILE. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ORPHAN_LIMIT_NS (30 * 1000000000LL)

static int record_fd = -1;

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void record(const char *what, long long ns)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s %lld\n", what, ns);
    if (write(record_fd, line, length) != length)
        _exit(74);
}

static void on_stop(int signal)
{
    (void)signal;
    record("term", now_ns());
    _exit(0);
}

/* Nanoseconds on a CPU, all threads of PID 1 (schedstat is exact, where utime counts 10 ms ticks). -1: kernel without it. */
static long long init_cpu_ns(void)
{
    long long sum = 0;
    DIR *tasks = opendir("/proc/1/task");
    struct dirent *entry;
    while (tasks && (entry = readdir(tasks)))
    {
        char path[300];
        long long ns;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/1/task/%s/schedstat", entry->d_name);
        FILE *file = fopen(path, "r");
        if (!file)
        {
            closedir(tasks);
            return -1;
        }
        if (fscanf(file, "%lld", &ns) == 1)
            sum += ns;
        fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

/* The middle process: N children that wait for the pipe to close. Its own end makes them PID 1's. */
static void fork_orphans(int gate[2], pid_t *pids, int count)
{
    close(gate[1]);
    for (int i = 0; i < count; i++)
    {
        pid_t pid = fork();
        if (pid < 0)
        {
            fprintf(stderr, "worker: fork %d: %s\n", i, strerror(errno));
            break;
        }
        if (pid == 0)
        {
            char byte;
            signal(SIGTERM, SIG_DFL);
            while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
                ;
            _exit(0);
        }
        pids[i] = pid;
    }
    _exit(0);
}

/* A pid answers kill(pid, 0) as long as its zombie is in the table: exact, and far cheaper than listing /proc. */
static int await_reaped(const pid_t *pids, int count, long long limit)
{
    int done = 0;
    while (done < count && now_ns() < limit)
    {
        if (kill(pids[done], 0) < 0 && errno == ESRCH)
            done++;
        else
            usleep(200);
    }
    int left = 0;
    for (int i = done; i < count; i++)
        left += kill(pids[i], 0) == 0;
    return left;
}

static void orphans(int wanted)
{
    int gate[2], forked = 0;
    pid_t *pids = mmap(NULL, sizeof(pid_t) * wanted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pids == MAP_FAILED || pipe(gate) < 0)
        exit(71);
    pid_t middle = fork();
    if (middle == 0)
        fork_orphans(gate, pids, wanted);
    waitpid(middle, NULL, 0);
    while (forked < wanted && pids[forked] > 0)
        forked++;
    sleep(1); /* the forks' own work (copy on write, scheduling) settles */

    long long cpu = init_cpu_ns(), start = now_ns();
    close(gate[1]);
    close(gate[0]);
    int left = await_reaped(pids, forked, start + ORPHAN_LIMIT_NS);
    long long wall = now_ns() - start;
    long long cpu_after = init_cpu_ns();
    record("forked", forked);
    record("left", left);
    record("cpu", cpu < 0 ? -1 : cpu_after - cpu);
    record("reaped", wall);
}

int main(int argc, char **argv)
{
    long long start = now_ns();
    if (argc < 3 || (record_fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) < 0)
        return 64;
    signal(SIGTERM, on_stop);
    signal(SIGINT, on_stop);
    record("start", start);
    if (!strcmp(argv[1], "orphans") && argc > 3)
        orphans(atoi(argv[3]));
    for (;;)
        pause();
}
