using Init.Linux.Interop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

/// <summary>Every kind of descriptor 1 that a container runtime, a shell or a person gives us. Nothing reads, and nothing may block.</summary>
public unsafe class NonBlockingOutputTests
{
    static readonly byte[] Block = new byte[10_000];

    public static TheoryData<string> Kinds => ["pipe", "sockets", "terminal"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_SaysEagain_WhenNobodyReads(string kind) => Bounded.Run(() =>
    {
        using var pipe = Open(kind);
        using var output = new NonBlockingOutput(pipe.Write.Number);
        Assert.InRange(Fill(output), 1, 10_000_000);

        // A kernel worker moves a terminal's buffers on, so some pages of room may come once more after it was full.
        var page = new byte[4096];
        var errno = 0;
        for (var tries = 0; tries < 1000 && errno != Libc.EAGAIN; tries++)
        {
            Assert.InRange(output.Write(page, out errno), 0, page.Length);
        }

        Assert.Equal(Libc.EAGAIN, errno);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_GoesOn_WhenTheReaderTakesSome(string kind) => Bounded.Run(() =>
    {
        using var pipe = Open(kind);
        using var output = new NonBlockingOutput(pipe.Write.Number);
        var taken = 0;
        var sent = 0;
        while (taken < 1_000_000)
        {
            sent += Fill(output);
            taken += pipe.TryTake()!.Length;
        }

        Assert.Equal(sent, taken);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SharedOpenFile_StaysBlocking(string kind)
    {
        using var pipe = Open(kind);
        using (var output = new NonBlockingOutput(pipe.Write.Number))
        {
            output.Write("x"u8, out _);
            Assert.Equal(0, Libc.fcntl(pipe.Write.Number, Libc.F_GETFL, 0) & Libc.O_NONBLOCK);
        }

        // Nor was it closed with ours.
        Assert.Equal(0, Libc.fcntl(pipe.Write.Number, Libc.F_GETFL, 0) & Libc.O_NONBLOCK);
        pipe.Put("still ours");
    }

    /// <summary>Not for a terminal: what polls writable there may still block, so it depends on /proc.</summary>
    [RequiresTheory(Need.Root)]
    [InlineData("pipe")]
    [InlineData("sockets")]
    public void Write_StillDoesNotBlock_WhenItCannotBeOpenedAgain(string kind)
    {
        using var pipe = Open(kind);
        Assert.Equal(0, Libc.fcntl(pipe.Write.Number, Libc.F_GETFL, 0) & Libc.O_NONBLOCK);
        OddThread.RunAsOther(() =>
        {
            using var output = new NonBlockingOutput(pipe.Write.Number);
            Assert.Equal(pipe.Write.Number, output.Descriptor);
            Assert.InRange(Fill(output), 1, 10_000_000);
            _ = pipe.TryTake();
            Assert.InRange(Fill(output), 1, 10_000_000);
        });
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("sockets")]
    public void Write_SaysEpipe_WhenTheReaderIsGone(string kind)
    {
        using var pipe = Open(kind);
        using var output = new NonBlockingOutput(pipe.Write.Number);
        pipe.Read.Dispose();
        Assert.Equal(0, output.Write("x"u8, out var errno));
        Assert.Equal(Libc.EPIPE, errno);
    }

    [Fact]
    public void Write_SaysEpipe_WhenTheReaderWasGoneBefore()
    {
        using var pipe = Pipe.Open();
        pipe.Read.Dispose();
        using var output = new NonBlockingOutput(pipe.Write.Number);
        Assert.Equal(0, output.Write("x"u8, out var errno));
        Assert.Equal(Libc.EPIPE, errno);
    }

    [Fact]
    public void Reader_SeesTheEnd_WhenBothAreClosed()
    {
        using var pipe = Pipe.Open();
        var output = new NonBlockingOutput(pipe.Write.Number);
        output.Write("last"u8, out _);
        pipe.Write.Dispose();
        output.Dispose();
        Assert.Equal("last", Reading.ToEnd(pipe.Read.Number));
    }

    [Fact]
    public void DevNull_TakesEverything()
    {
        using var file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        using var output = new NonBlockingOutput((int)file.DangerousGetHandle());
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(Block.Length, output.Write(Block, out var errno));
            Assert.Equal(0, errno);
        }
    }

    [Fact]
    public void DevFull_SaysThereIsNoSpace()
    {
        using var file = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        using var output = new NonBlockingOutput((int)file.DangerousGetHandle());
        Assert.Equal(0, output.Write(Block, out var errno));
        Assert.Equal(Libc.ENOSPC, errno);
    }

    [Fact]
    public void RegularFile_KeepsItsPositionAndMode()
    {
        using var folder = new TempFolder();
        var path = folder.Write("log", "before ");
        using var name = new Utf8z(path);
        using var file = new Fd(Libc.open(name.Pointer, Libc.O_WRONLY | TestLibc.O_APPEND | Libc.O_CLOEXEC, 0));
        using var output = new NonBlockingOutput(file.Number);
        Assert.Equal(file.Number, output.Descriptor);
        output.Write("one "u8, out _);
        File.AppendAllText(path, "other ");
        output.Write("two"u8, out _);
        Assert.Equal("before one other two", File.ReadAllText(path));
    }

    [Fact]
    public void ClosedDescriptor_IsAnErrorAndNoException()
    {
        using var output = new NonBlockingOutput(19_999);
        Assert.Equal(0, output.Write("x"u8, out var errno));
        Assert.Equal(Libc.EBADF, errno);
    }

    static Pipe Open(string kind) => kind switch
    {
        "pipe" => Pipe.Open(),
        "sockets" => Pipe.OpenSockets(),
        _ => Pipe.OpenTerminal(),
    };

    /// <summary>Writes until it says EAGAIN; returns the bytes taken.</summary>
    static int Fill(NonBlockingOutput output)
    {
        for (var total = 0; ;)
        {
            var wrote = output.Write(Block, out var errno);
            if (errno != 0)
            {
                Assert.Equal(Libc.EAGAIN, errno);
                return total;
            }

            total += wrote;
        }
    }
}
