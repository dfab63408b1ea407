using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

/// <summary>
/// libc as it is: its names, its types, no logic. One file per header group. Structs and constants are proved against the C compiler
/// by AbiTests. Read the error with <see cref="Errno"/> in the very next statement: any other call may overwrite it.
/// </summary>
public static unsafe partial class Libc
{
    const string Lib = "libc";

    /// <summary>errno of the last call here that failed.</summary>
    public static int Errno => Marshal.GetLastPInvokeError();

    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int ENOEXEC = 8;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EPIPE = 32;
    public const int ENAMETOOLONG = 36;
    public const int ELOOP = 40;
    public const int EAFNOSUPPORT = 97;
    public const int EADDRINUSE = 98;
    public const int ENOBUFS = 105;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ECONNREFUSED = 111;
    public const int ETOOMANYREFS = 109;
    public const int EINPROGRESS = 115;

    /// <summary>The error's own words, as strerror(3) has them.</summary>
    public static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
