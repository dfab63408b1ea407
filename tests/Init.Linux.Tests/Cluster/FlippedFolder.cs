using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>
/// A folder with a socket's name in it, and a symbolic link to another folder. The two change places, as who owns the folder above may do at any moment: the same path
/// leads to the one or to the other.
/// </summary>
sealed unsafe class FlippedFolder : IDisposable
{
    const string Name = "api.sock";

    readonly string _path;
    readonly string _link;
    readonly string _other;
    readonly Fd _own;

    public FlippedFolder(TempFolder above)
    {
        (_path, _link, _other) = (above["own"], above["link"], above["other"]);
        Directory.CreateDirectory(_path);
        Directory.CreateDirectory(_other);
        Directory.CreateSymbolicLink(_link, _other);
        using var path = new Utf8z(_path);
        _own = Fd.Take(Libc.open(path.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC, 0), "open", "testing");
    }

    public ListenAddress Address => new() { Kind = ListenKind.Unix, Address = Path.Combine(_path, Name) };

    public bool IsInOther => File.Exists(InOther);

    public bool IsInOwn => File.Exists(InOwn);

    string InOther => Path.Combine(_other, Name);

    /// <summary>Wherever the folder is by now.</summary>
    string InOwn => $"/proc/self/fd/{_own.Number}/{Name}";

    public IDisposable WriteIntoOther() => File.Create(InOther);

    public IDisposable ListenInOther()
    {
        var fd = Bound(InOther);
        Assert.Equal(0, Libc.listen(fd.Number, 1));
        return fd;
    }

    public void LinkIntoOther()
    {
        using var from = new Utf8z(InOwn);
        using var to = new Utf8z(InOther);
        Assert.Equal(0, TestLibc.link(from.Pointer, to.Pointer));
    }

    /// <summary>The name is that of a socket on which nobody listens, or of nothing.</summary>
    public void PrepareOwn(bool isStale)
    {
        if (!isStale)
        {
            File.Delete(InOwn);
        }
        else if (!IsInOwn)
        {
            Bound(InOwn).Dispose();
        }
    }

    public void Exchange()
    {
        using var path = new Utf8z(_path);
        using var link = new Utf8z(_link);
        Assert.Equal(0, TestLibc.renameat2(Libc.AT_FDCWD, path.Pointer, Libc.AT_FDCWD, link.Pointer, TestLibc.RENAME_EXCHANGE));
    }

    /// <summary>Runs while another thread exchanges them as often as it can.</summary>
    public void WhileExchanging(Action action)
    {
        var isOver = false;
        var flipper = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Exchange();
            }
        });
        flipper.Start();
        try
        {
            action();
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            flipper.Join();
        }
    }

    public void Dispose() => _own.Dispose();

    static Fd Bound(string path)
    {
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, path);
        var fd = Fd.Take(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket", "testing");
        Assert.Equal(0, Libc.bind(fd.Number, &name, length));
        return fd;
    }
}
