/*
 * Runs before the .NET runtime: a runtime thread exists before Main and inherits the mask of the moment it starts,
 * so a mask set in Main loses signals (as PID 1 about half of them). Five things happen here and nowhere else:
 * what we inherited is recorded, the signals we handle are blocked, descriptors 0 to 2 are made to exist, DOTNET_*
 * variables, which are meant for the container's apps, are hidden from our own runtime (the apps still get them:
 * pminit_environ is the original), and a fault that somebody sent is kept from the runtime, which would take it for its own.
 * What can go wrong: nothing is allocated on failure paths; if malloc fails the variables simply stay visible.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **original_environ;
static char **original_argv;
static int original_argc;
static unsigned long long inherited_mask;
static unsigned long long inherited_ignored;
static int closed_fds;

static unsigned long long bits(const sigset_t *set)
{
    unsigned long long mask = 0;
    for (int n = 1; n <= 64; n++)
        if (sigismember(set, n) == 1)
            mask |= 1ULL << (n - 1);
    return mask;
}

/* A closed 0, 1 or 2 would be handed out to the next pipe or socket, and log lines would go into it. */
static void open_standard_fds(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF && open("/dev/null", O_RDWR) == fd)
            closed_fds |= 1 << fd;
}

static void hide_runtime_settings(void)
{
    int count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    original_environ = environ;
    char **visible = malloc(sizeof(char *) * (size_t)(count + 1));
    if (visible == NULL)
        return;
    for (int i = 0; i < count; i++)
        if (strncmp(environ[i], "DOTNET_", 7) != 0 && strncmp(environ[i], "COMPlus_", 8) != 0)
            visible[kept++] = environ[i];
    visible[kept] = NULL;
    environ = visible;
}

__attribute__((constructor(101))) static void early(int argc, char **argv, char **envp)
{
    (void)envp;
    original_argc = argc;
    original_argv = argv;

    sigset_t set, old;
    sigfillset(&set);
    /* Faults belong to the runtime, SIGRTMIN to its garbage collector. */
    static const int left[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        sigdelset(&set, left[i]);
    sigdelset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, &old);
    inherited_mask = bits(&old);

    for (int n = 1; n <= 64; n++) {
        struct sigaction now;
        if (n != SIGKILL && n != SIGSTOP && sigaction(n, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            inherited_ignored |= 1ULL << (n - 1);
    }
    open_standard_fds();
    hide_runtime_settings();
}

/*
 * The runtime turns SIGSEGV and SIGFPE into exceptions of whatever managed code runs just then, and does not ask whether
 * a process sent the signal: `docker kill -s SEGV` would end PID 1 with a NullReferenceException. So its handlers are called
 * through sent_fault, which lets only the kernel's own faults through. The linker's --wrap sends every call here.
 */
static void (*runtime_handler[65])(int, siginfo_t *, void *);

static void sent_fault(int signo, siginfo_t *info, void *context)
{
    if (info->si_code > 0) {
        runtime_handler[signo](signo, info, context);
    } else if (getpid() != 1) {
        /* Held back until this handler returns; then it ends us, as it ends any program. */
        signal(signo, SIG_DFL);
        raise(signo);
    }
}

int __real_sigaction(int signo, const struct sigaction *new, struct sigaction *old);

int __wrap_sigaction(int signo, const struct sigaction *new, struct sigaction *old)
{
    if ((signo != SIGSEGV && signo != SIGFPE && signo != SIGBUS && signo != SIGILL) || new == NULL
        || (new->sa_flags & SA_SIGINFO) == 0 || new->sa_sigaction == sent_fault)
        return __real_sigaction(signo, new, old);
    struct sigaction filtered = *new;
    filtered.sa_sigaction = sent_fault;
    runtime_handler[signo] = new->sa_sigaction;
    return __real_sigaction(signo, &filtered, old);
}

char **pminit_environ(void) { return original_environ; }
char **pminit_argv(void) { return original_argv; }
int pminit_argc(void) { return original_argc; }
unsigned long long pminit_inherited_mask(void) { return inherited_mask; }
unsigned long long pminit_inherited_ignored(void) { return inherited_ignored; }
int pminit_closed_fds(void) { return closed_fds; }
