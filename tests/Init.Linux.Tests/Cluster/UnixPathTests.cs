using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Net;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

public sealed unsafe class UnixPathTests : IDisposable
{
    readonly TempFolder _folder = new();

    ListenAddress Address => new() { Kind = ListenKind.Unix, Address = _folder["api.sock"] };

    [Fact]
    public void AllSlots_ShareOneSocket_AndTheFileGoesWithIt()
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        var listener = bench.Open(Address);
        bench.Serve(1);
        Assert.Equal(listener.FdFor(0), listener.FdFor(2));
        using var client = Client.ConnectUnix(Address.Address);
        bench.Turn();
        Assert.Equal(1, TableBench.Drain(listener.FdFor(0)));
        bench.Table.Close("k");
        Assert.False(File.Exists(Address.Address));
    }

    [Fact]
    public void StaleFile_IsReplaced()
    {
        using (Bound(listens: true))
        {
        }

        Assert.True(File.Exists(Address.Address));
        using var bench = new TableBench(Balance.Shared, 2);
        bench.Open(Address);
        using var client = Client.ConnectUnix(Address.Address);
    }

    [Fact]
    public void LiveSocket_IsInUse()
    {
        using var other = Bound(listens: true);
        using var bench = new TableBench(Balance.Shared, 2);
        Assert.Equal((null, Libc.EADDRINUSE), bench.Table.Open("k", Address));
        using var client = Client.ConnectUnix(Address.Address);
    }

    [Fact]
    public void FileThatIsNoSocket_IsInUse_AndStays()
    {
        File.WriteAllText(Address.Address, "mine");
        using var bench = new TableBench(Balance.Shared, 2);
        Assert.Equal((null, Libc.EADDRINUSE), bench.Table.Open("k", Address));
        Assert.Equal("mine", File.ReadAllText(Address.Address));
    }

    [Fact]
    public void FileOfSomebodyElse_Stays_WhenTheListenerCloses()
    {
        using var bench = new TableBench(Balance.Shared, 2);
        bench.Open(Address);
        File.Delete(Address.Address);
        using var other = Bound(listens: true);
        bench.Table.Close("k");
        Assert.True(File.Exists(Address.Address));
    }

    /// <summary>Its folder belongs to a worker, who may put another one in its place; what lies there under the same name is not ours to remove, though it be the same file.</summary>
    [Fact]
    public void File_IsRemovedWhereItWasBound_WhateverItsPathLeadsToByThen()
    {
        using var flip = new FlippedFolder(_folder);
        using var bench = new TableBench(Balance.Shared, 2);
        bench.Open(flip.Address);
        flip.LinkIntoOther();
        flip.Exchange();
        bench.Table.Close("k");
        Assert.True(flip.IsInOther);
        Assert.False(flip.IsInOwn);
    }

    /// <summary>A race that cannot be won: without a hold on the folder a few tries delete what the worker could not, a file or somebody's socket.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folder_ThatChangesPlaces_TakesNothingOfTheOtherOne(bool isSocket)
    {
        const int Tries = 4000;
        using var flip = new FlippedFolder(_folder);
        using var other = isSocket ? flip.ListenInOther() : flip.WriteIntoOther();
        using var bench = new TableBench(Balance.Shared, 2);
        var bound = 0;
        flip.WhileExchanging(() =>
        {
            for (var i = 0; i < Tries; i++)
            {
                flip.PrepareOwn(isStale: i % 2 == 0);
                bound += bench.Table.Open("k", flip.Address).Listener is null ? 0 : 1;
                bench.Table.Close("k");
                Assert.True(flip.IsInOther, $"gone after {i + 1} tries");
            }
        });
        Assert.True(bound > 0); // it has been raced for
    }

    [Theory]
    [InlineData(false, false, 0x1ed)] // 0755
    [InlineData(true, false, 0x1ed)]
    [InlineData(false, true, 0x1ff)] // 0777
    public void Mode_ComesFromTheUmask_AndWhatWasAsked(bool readable, bool writable, int mode)
    {
        var before = Libc.umask(0x12); // 022
        try
        {
            using var bench = new TableBench(Balance.Shared, 2);
            bench.Open(Address with { ReadableAll = readable, WritableAll = writable });
            Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(Address.Address));
            Assert.Equal(0x12u, Libc.umask(0x12));
        }
        finally
        {
            _ = Libc.umask(before);
        }
    }

    [Fact]
    public void Path_ThatCannotBe_IsAnErrorNumber()
    {
        using var bench = new TableBench(Balance.Shared, 2);
        Assert.Equal((null, Libc.ENAMETOOLONG), bench.Table.Open("k", Address with { Address = "/" + new string('x', 200) }));
        Assert.Equal((null, Libc.EINVAL), bench.Table.Open("k", Address with { Address = "" }));
        Assert.Equal((null, Libc.EINVAL), bench.Table.Open("k", Address with { Address = "/tmp/a\0b" }));
        Assert.Equal((null, Libc.ENOENT), bench.Table.Open("k", Address with { Address = _folder["none/api.sock"] }));
    }

    public void Dispose() => _folder.Dispose();

    Fd Bound(bool listens)
    {
        Libc.sockaddr_storage name;
        var length = Addresses.Fill(&name, Address.Address);
        var fd = Fd.Take(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "socket", "testing");
        Assert.Equal(0, Libc.bind(fd.Number, &name, length));
        Assert.True(!listens || Libc.listen(fd.Number, 1) == 0);
        return fd;
    }
}
