using System.Runtime.InteropServices;
using Init.Linux.Interop;

namespace Init.Linux.Watch;

/// <summary>The entries of one folder, one at a time: a large folder may take many turns of the loop. opendir(3) sets O_CLOEXEC.</summary>
sealed unsafe class FolderReader : IDisposable
{
    nint _handle;

    FolderReader(nint handle) => _handle = handle;

    /// <returns>Null with an errno.</returns>
    public static FolderReader? Open(string path, out int errno)
    {
        using var name = new Utf8z(path);
        var handle = Libc.opendir(name.Pointer);
        errno = handle == 0 ? Libc.Errno : 0;
        return handle == 0 ? null : new FolderReader(handle);
    }

    /// <summary>The next entry; false at the end, and where reading fails (the folder is gone, or its disk).</summary>
    /// <param name="name">Never "." or "..".</param>
    /// <param name="type">DT_DIR …; DT_UNKNOWN where the file system does not say.</param>
    public bool Next(out string name, out byte type)
    {
        do
        {
            var entry = Libc.readdir(_handle);
            if (entry == null)
            {
                (name, type) = ("", 0);
                return false;
            }

            type = entry[Libc.DirentType];
            name = Marshal.PtrToStringUTF8((nint)(entry + Libc.DirentName)) ?? "";
        }
        while (name is "." or "..");
        return true;
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Libc.closedir(_handle);
            _handle = 0;
        }
    }
}
