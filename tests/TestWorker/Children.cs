// Starts grandchildren that outlive requests to stop: they ignore TERM, INT and HUP and sleep until they are killed.
// They keep this worker's stdout open, which is the trap: a supervisor that waits for end-of-file waits for them.
using System.Runtime.InteropServices;

namespace TestWorker;

static unsafe class Children
{
    public static void Start(bool ownSession)
    {
        var attributes = stackalloc byte[512];
        _ = Libc.posix_spawnattr_init(attributes);
        var defaults = stackalloc ulong[16];
        defaults[0] = 1UL << (13 - 1);
        _ = Libc.posix_spawnattr_setsigdefault(attributes, defaults);
        var flags = Libc.POSIX_SPAWN_SETSIGDEF | (ownSession ? Libc.POSIX_SPAWN_SETSID : 0);
        _ = Libc.posix_spawnattr_setflags(attributes, (short)flags);

        var path = Environment.ProcessPath ?? "/proc/self/exe";
        var argv = stackalloc byte*[4];
        argv[0] = (byte*)Marshal.StringToCoTaskMemUTF8("testworker");
        argv[1] = (byte*)Marshal.StringToCoTaskMemUTF8("ignore=TERM,INT,HUP");
        argv[2] = (byte*)Marshal.StringToCoTaskMemUTF8("print=grandchild-ready");
        argv[3] = null;
        var envp = stackalloc byte*[1];
        envp[0] = null;
        int pid;
        var error = Libc.posix_spawn(&pid, path, null, attributes, argv, envp);
        Output.Line(error == 0 ? $"grandchild pid={pid}" : $"grandchild error={error}");
    }
}
