using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Net;

public sealed unsafe class ControlSocketTests : IDisposable
{
    readonly TempFolder _folder = new TempFolder().OpenToAll();

    string SocketPath => _folder["pminit.sock"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0x12)]
    [InlineData(0x1ff)]
    public void Socket_IsForItsOwnerAlone_WhateverTheUmask(uint umask)
    {
        var before = Libc.umask(umask);
        using var listener = ControlSocket.TryListen([SocketPath], out var path);
        Assert.Equal(umask, Libc.umask(before));
        Assert.NotNull(listener);
        Assert.Equal(SocketPath, path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        ExpectAnswer();
    }

    [Fact]
    public void Umask_IsRestored_WhenTheBindFails()
    {
        var before = Libc.umask(0x17);
        Assert.Null(ControlSocket.TryListen([_folder["no/such/folder.sock"]], out _));
        Assert.Equal(0x17U, Libc.umask(before));
    }

    [Fact]
    public void StaleSocket_IsReplaced()
    {
        ControlSocket.TryListen([SocketPath], out _)!.Dispose();
        Assert.True(File.Exists(SocketPath));
        Assert.Null(ControlSocket.TryConnect([SocketPath]));
        using var listener = ControlSocket.TryListen([SocketPath], out _);
        Assert.NotNull(listener);
        ExpectAnswer();
    }

    [Fact]
    public void LiveSocket_IsLeftAlone()
    {
        using var first = ControlSocket.TryListen([SocketPath], out _);
        Assert.Null(ControlSocket.TryListen([SocketPath], out var reason));
        Assert.Contains("in use", reason);
        ExpectAnswer();
    }

    [Fact]
    public void LiveSocket_IsLeftAlone_WhenItsBacklogIsFull()
    {
        using var first = ControlSocket.TryListen([SocketPath], out _);
        var clients = new List<Fd>();
        Libc.sockaddr_storage address;
        var length = Addresses.Fill(&address, SocketPath);
        for (var isFull = false; !isFull;)
        {
            clients.Add(new Fd(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0)));
            isFull = Libc.connect(clients[^1].Number, &address, length) != 0;
            Assert.InRange(clients.Count, 0, 1000);
        }

        Assert.Null(ControlSocket.TryListen([SocketPath], out _));
        Assert.True(File.Exists(SocketPath));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void PlantedFile_IsLeftAlone()
    {
        _folder.Write("pminit.sock", "precious");
        Assert.Null(ControlSocket.TryListen([SocketPath], out _));
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void PlantedFolder_IsLeftAlone()
    {
        Directory.CreateDirectory(SocketPath);
        Assert.Null(ControlSocket.TryListen([SocketPath], out _));
        Assert.True(Directory.Exists(SocketPath));
    }

    [Theory]
    [InlineData("stale.sock")]
    [InlineData("nothing.sock")]
    public void PlantedLink_IsLeftAlone(string target)
    {
        ControlSocket.TryListen([_folder["stale.sock"]], out _)!.Dispose();
        File.CreateSymbolicLink(SocketPath, _folder[target]);
        Assert.Null(ControlSocket.TryListen([SocketPath], out _));
        Assert.Equal(_folder[target], new FileInfo(SocketPath).LinkTarget);
        Assert.True(File.Exists(_folder["stale.sock"]));
        Assert.False(File.Exists(_folder["nothing.sock"]));
    }

    [RequiresFact(Need.Root)]
    public void StaleSocketOfAnother_IsLeftAlone()
    {
        ControlSocket.TryListen([SocketPath], out _)!.Dispose();
        using var name = new Utf8z(SocketPath);
        Assert.Equal(0, TestLibc.lchown(name.Pointer, OddThread.OtherUid, OddThread.OtherUid));
        Assert.Null(ControlSocket.TryListen([SocketPath], out _));
        Assert.True(File.Exists(SocketPath));
    }

    [RequiresFact(Need.Root)]
    public void Server_OfAnother_IsNotTalkedTo()
    {
        Fd? planted = null;
        OddThread.RunAsOther(() => planted = ControlSocket.TryListen([SocketPath], out _));
        using var listener = planted;
        Assert.NotNull(listener);
        Assert.Null(ControlSocket.TryConnect([SocketPath]));

        // The next candidate is tried.
        using var own = ControlSocket.TryListen([_folder["own.sock"]], out _);
        using var client = ControlSocket.TryConnect([SocketPath, _folder["own.sock"]]);
        Assert.NotNull(client);
    }

    [RequiresFact(Need.Root)]
    public void Peer_IsTrusted_WhenItIsUsOrRoot_AndNobodyElse()
    {
        Pipe? theirs = null, ours = Pipe.OpenSockets();
        OddThread.RunAsOther(() =>
        {
            theirs = Pipe.OpenSockets();
            Assert.True(ControlSocket.IsTrusted(theirs.Read.Number), "its own uid");
            Assert.True(ControlSocket.IsTrusted(ours.Read.Number), "root");
        });
        Assert.True(ControlSocket.IsTrusted(ours.Read.Number));
        Assert.False(ControlSocket.IsTrusted(theirs!.Read.Number));
        Assert.False(ControlSocket.IsTrusted(theirs.Read.Number, trustInit: true));
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public void Peer_IsNotTrusted_WhenItCannotBeAsked()
    {
        using var pipe = Pipe.Open();
        Assert.False(ControlSocket.IsTrusted(pipe.Read.Number));
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    [InlineData(500, false)]
    public void Path_MustFit(int length, bool fits)
    {
        var path = _folder["x"].PadRight(length, 'x');
        Assert.Equal(length, path.Length);
        using var listener = ControlSocket.TryListen([path], out var reason);
        Assert.Equal(fits, listener is not null);
        Assert.Equal(fits, File.Exists(path));
        Assert.True(fits || reason.Contains("longer than 107 bytes", StringComparison.Ordinal), reason);
        using var client = ControlSocket.TryConnect([path]);
        Assert.Equal(fits, client is not null);
    }

    [Fact]
    public void EmptyPath_IsRefused() => Assert.Null(ControlSocket.TryListen([""], out _));

    [Fact]
    public void Candidates_FallThrough_AndEachReasonIsTold()
    {
        var first = _folder["no/such/folder.sock"];
        var second = _folder.Write("file", "");
        using (var listener = ControlSocket.TryListen([first, second, SocketPath], out var path))
        {
            Assert.NotNull(listener);
            Assert.Equal(SocketPath, path);
        }

        Assert.Null(ControlSocket.TryListen([first, second], out var reasons));
        Assert.Contains(first + ": ", reasons);
        Assert.Contains("; " + second + ": ", reasons);
    }

    [Fact]
    public void Candidates_AreOne_WhenThePathIsExplicit()
    {
        Assert.Equal(["/a/b"], ControlSocket.Candidates("/a/b"));
        Assert.Equal(3, ControlSocket.Candidates(null).Count);
        Assert.Equal("/run/pminit.sock", ControlSocket.Candidates(null)[0]);
    }

    [Fact]
    public void Remove_RemovesThePath_AndMayBeCalledTwice()
    {
        using var listener = ControlSocket.TryListen([SocketPath], out _);
        ControlSocket.Remove(SocketPath);
        ControlSocket.Remove(SocketPath);
        Assert.False(File.Exists(SocketPath));
    }

    void ExpectAnswer()
    {
        using var client = ControlSocket.TryConnect([SocketPath]);
        Assert.NotNull(client);
    }
}
