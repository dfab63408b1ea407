using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Linux.Interop;

namespace Init.Linux.Files;

/// <summary>The pid files of living workers. Each is written beside its place and moved there, so that no reader finds half a number.</summary>
public sealed unsafe class PidFiles
{
    readonly Dictionary<int, string> _paths = [];

    /// <summary>The last writer of a path: when two workers share one, the first to end does not take the other's file away.</summary>
    readonly Dictionary<string, int> _pids = new(StringComparer.Ordinal);

    /// <summary>Writes the file of a new process.</summary>
    /// <returns>What went wrong, for people; null when nothing did.</returns>
    public string? Write(AppSpec spec, int index, int pid)
    {
        if (PidFile.PathOf(spec, index) is not { } path)
        {
            return null;
        }

        var errno = Put(path, Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture) + "\n"));
        if (errno == 0)
        {
            (_paths[pid], _pids[path]) = (path, pid);
            return null;
        }

        return $"pid_file {path} could not be written: {Libc.Describe(errno)}; {(errno == Libc.ENOENT ? "make its folder" : "let pminit's user write there")}, or remove the field";
    }

    /// <summary>The process has ended: removes its file.</summary>
    /// <returns>False when there is none of it.</returns>
    public bool Remove(int pid)
    {
        if (!_paths.Remove(pid, out var path))
        {
            return false;
        }

        if (_pids.GetValueOrDefault(path) == pid)
        {
            _pids.Remove(path);
            using var name = new Utf8z(path);
            _ = Libc.unlink(name.Pointer); // gone already, or the disk has become read-only: nobody can do anything about it
        }

        return true;
    }

    /// <returns>errno(3), or 0.</returns>
    static int Put(string path, ReadOnlySpan<byte> text)
    {
        using var place = new Utf8z(path);
        using var beside = new Utf8z(path + ".new");
        _ = Libc.unlink(beside.Pointer); // of a start that was cut off
        int errno;
        using (var fd = new Fd(Libc.open(beside.Pointer, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0x1A4)))
        {
            if (fd.Number < 0)
            {
                return Libc.Errno;
            }

            errno = SmallFile.Write(fd, text);
        }

        if (errno == 0 && Libc.rename(beside.Pointer, place.Pointer) != 0)
        {
            errno = Libc.Errno;
        }

        if (errno != 0)
        {
            _ = Libc.unlink(beside.Pointer);
        }

        return errno;
    }
}
