using System.Runtime.InteropServices;

namespace Init.Linux.Interop;

// spawn.h. The two objects are opaque (336 and 80 bytes in glibc and musl); callers give 512 bytes each.
public static unsafe partial class Libc
{
    /// <summary>Room for a posix_spawnattr_t or posix_spawn_file_actions_t of any libc.</summary>
    public const int SpawnObjectSize = 512;

    public const short POSIX_SPAWN_SETPGROUP = 2;
    public const short POSIX_SPAWN_SETSIGDEF = 4;
    public const short POSIX_SPAWN_SETSIGMASK = 8;
    public const short POSIX_SPAWN_SETSID = 0x80;

    [LibraryImport(Lib)]
    public static partial int posix_spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_setpgroup(byte* attributes, int group);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_setsigmask(byte* attributes, sigset_t* mask);

    [LibraryImport(Lib)]
    public static partial int posix_spawnattr_setsigdefault(byte* attributes, sigset_t* defaults);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int newFd);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_addclose(byte* actions, int fd);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_addchdir_np(byte* actions, byte* path);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int first);

    [LibraryImport(Lib)]
    public static partial int posix_spawn_file_actions_addtcsetpgrp_np(byte* actions, int terminal);
}
