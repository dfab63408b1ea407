using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// sys/socket.h, sys/un.h, netinet/in.h
public static unsafe partial class Libc
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1;
    public const int SO_REUSEADDR = 2;
    public const int SO_LINGER = 13;
    public const int SO_REUSEPORT = 15;
    public const int SO_ATTACH_REUSEPORT_CBPF = 51;
    public const int SO_ERROR = 4;
    public const int SO_PASSCRED = 16;
    public const int SO_PEERCRED = 17;
    public const int SO_RCVTIMEO = 20;
    public const int SO_SNDTIMEO = 21;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_V6ONLY = 26;
    public const int SCM_RIGHTS = 1;
    public const int SCM_CREDENTIALS = 2;
    public const int MSG_CTRUNC = 8;
    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int SHUT_WR = 1;
    public const int SHUT_RDWR = 2;

    /// <summary>sizeof(sun_path) of struct sockaddr_un, its closing NUL included.</summary>
    public const int UnixPathCapacity = 108;

    [StructLayout(LayoutKind.Sequential)]
    public struct ucred
    {
        public int pid;
        public uint uid;
        public uint gid;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct timeval
    {
        public nint tv_sec;
        public nint tv_usec;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct iovec
    {
        public nint iov_base;
        public nuint iov_len;
    }

    /// <summary>struct msghdr as glibc and the kernel have it on 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct msghdr
    {
        public nint msg_name;
        public uint msg_namelen;
        public nint msg_iov;
        public nuint msg_iovlen;
        public nint msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    /// <summary>struct cmsghdr; the data follows, aligned to 8.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct cmsghdr
    {
        public nuint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    /// <summary>struct sock_fprog (linux/filter.h): a program of classic BPF; each instruction has 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct sock_fprog
    {
        public ushort len;
        public nint filter;
    }

    /// <summary>struct sockaddr_storage: 128 bytes, family first.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct sockaddr_storage
    {
        [FieldOffset(0)] public ushort ss_family;
        [FieldOffset(2)] public fixed byte rest[126];
    }

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint sendmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint recvmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int bind(int fd, sockaddr_storage* address, uint length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int connect(int fd, sockaddr_storage* address, uint length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int listen(int fd, int backlog);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int accept4(int fd, sockaddr_storage* address, uint* length, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getsockname(int fd, sockaddr_storage* address, uint* length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getpeername(int fd, sockaddr_storage* address, uint* length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int option, void* value, uint length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int option, void* value, uint* length);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial nint send(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    public static partial int shutdown(int fd, int how);
}
