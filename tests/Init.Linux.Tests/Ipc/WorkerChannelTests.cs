using Init.Core.Model;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Ipc;

/// <summary>What pminit and a worker say to each other over Node's channel, who gets one, and how it looks from inside the process.</summary>
public sealed class WorkerChannelTests
{
    static readonly AppSpec Plain = new() { Name = "app", Command = new CommandSpec { Program = "app" } };

    static readonly AppSpec Messages = Plain with { ReadyWhen = new ReadyWhen(ReadyKind.Message) };

    [Fact]
    public void Ready_IsHeardOnce_AndOthersAreLetPass() => With((loop, channel, worker, ready) =>
    {
        worker.Write("{\"type\":\"process:msg\",\"data\":{\"ready\":true}}\n17\nnull\n{broken\n\"not ready\"\n");
        Bounded.Turn(loop);
        Assert.Equal(0, ready());
        worker.Write("\"ready\"\n\"ready\"\n");
        Bounded.TurnUntil(loop, () => ready() > 0);
        worker.Write("\"ready\"\n");
        Bounded.Turn(loop);
        Assert.Equal(1, ready());
    });

    [Fact]
    public void Handle_IsAcknowledged_AndClosed() => With((loop, channel, worker, ready) =>
    {
        using var pipe = Pipe.Open();
        worker.Write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"text\":\"" + new string('x', 50_000) + "\"}}\n", pipe.Write.Number);
        pipe.Write.Dispose();
        Bounded.TurnUntil(loop, () => worker.HasInput);
        Assert.Equal("{\"cmd\":\"NODE_HANDLE_ACK\"}", worker.ReadLine());
        Assert.Equal("", Reading.ToEnd(pipe.Read.Number));
        Bounded.Turn(loop);
        Assert.False(worker.HasInput);
    });

    [Fact]
    public void HandlesWithoutEnd_CostOnlyTheSendersOwnAnswers() => With((loop, channel, worker, ready) =>
    {
        for (var i = 0; i < 20; i++)
        {
            worker.Flood("{\"cmd\":\"NODE_HANDLE\"}\n");
            Bounded.Turn(loop);
        }

        Assert.NotNull(channel.SendShutdown(Never));
        Assert.Equal(0, ready());
        while (worker.HasInput)
        {
            Assert.Equal("{\"cmd\":\"NODE_HANDLE_ACK\"}", worker.ReadLine());
        }
    });

    [Fact]
    public void Shutdown_IsTheMessageOfPm2() => With((loop, channel, worker, ready) =>
    {
        Assert.Null(channel.SendShutdown(Never));
        Assert.Equal("\"shutdown\"", worker.ReadLine());
    });

    [Fact]
    public void Shutdown_SaysWhyItCannotBeSent() => With((loop, channel, worker, ready) =>
    {
        string? problem;
        while ((problem = channel.SendShutdown(Never)) is null)
        {
        }

        Assert.Equal("it does not read its channel", problem);
        worker.Dispose();
        Assert.Equal("it has closed its channel", channel.SendShutdown(Never));
    });

    [Fact]
    public void Process_FindsItsChannel_WhereTheEnvironmentSays()
    {
        var spec = Messages with
        {
            Command = new CommandSpec { Program = "/bin/sh", Args = ["-c", "echo $NODE_CHANNEL_FD $NODE_CHANNEL_SERIALIZATION_MODE; echo '\"ready\"' >&$NODE_CHANNEL_FD; read word <&$NODE_CHANNEL_FD; echo $word"] },
        };
        using var spawner = new Spawner(Inherited.FromRuntime([]));
        using var child = Child.Start(spawner, spec);
        Assert.Equal("3 json", child.ReadLine());
        var ready = 0;
        using var loop = new EventLoop();
        using var channel = new WorkerChannel(child.Process.Channel!, () => ready++);
        channel.Watch(loop);
        Bounded.TurnUntil(loop, () => ready == 1);
        Assert.Null(channel.SendShutdown(Never));
        Assert.Equal("\"shutdown\"", child.ReadLine());
        Assert.True(child.Reap().IsSuccess);
        channel.Finish();
    }

    [Fact]
    public void Process_HasNoChannel_WhenNobodyAskedForOne()
    {
        using var spawner = new Spawner(Inherited.FromRuntime([]));
        using var child = Child.Start(spawner, Plain with { Command = new CommandSpec { Program = "/bin/sh", Args = ["-c", "[ -e /proc/$$/fd/3 ] && echo three; echo ${NODE_CHANNEL_FD-none}"] } });
        Assert.Null(child.Process.Channel);
        Assert.Equal("none", child.ReadLine());
    }

    [Theory]
    [InlineData("#!/usr/bin/env node\n", true)]
    [InlineData("#!/bin/sh\n", false)]
    [InlineData("", false)]
    public void Script_IsLookedInto(string head, bool expected)
    {
        using var folder = new TempFolder();
        folder.Write("bin/cli", head);
        Assert.Equal(expected, WorkerChannel.IsWanted(Plain with { Cwd = folder.Path }, new FoundProgram("bin/cli", ["cli"])));
        Assert.Equal(expected, WorkerChannel.IsWanted(Plain, new FoundProgram(Path.Combine(folder.Path, "bin/cli"), ["cli"])));
    }

    [Fact]
    public void Channel_IsForWhoeverAsks_AndForNode()
    {
        Assert.True(WorkerChannel.IsWanted(Plain, new FoundProgram("/usr/local/bin/node", ["node", "a.js"])));
        Assert.True(WorkerChannel.IsWanted(Messages, new FoundProgram("/bin/sh", ["sh"])));
        Assert.True(WorkerChannel.IsWanted(Plain with { ShutdownWithMessage = true }, new FoundProgram("/bin/sh", ["sh"])));
        Assert.False(WorkerChannel.IsWanted(Plain, new FoundProgram("/bin/sh", ["sh"])));
        Assert.False(WorkerChannel.IsWanted(Plain, new FoundProgram("/does/not/exist", ["x"])));
    }

    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void Shutdown_IsUnheard_WhenTheChannelIsClosedBeforeItIsRead(bool isRead, bool isForgotten, int expected) => With((loop, channel, worker, ready) =>
    {
        var unheard = 0;
        Assert.Null(channel.SendShutdown(() => unheard++));
        if (isRead)
        {
            Assert.Equal("\"shutdown\"", worker.ReadLine());
        }

        if (isForgotten)
        {
            channel.Forget();
        }

        worker.Dispose();
        Bounded.Turn(loop);
        Assert.Equal(expected, unheard);
    });

    static void Never() => Assert.Fail("it was heard, or never sent");

    static void With(Action<EventLoop, WorkerChannel, ChannelEnd, Func<int>> story)
    {
        var (ipc, end) = IpcChannel.TryMake()!.Value;
        var ready = 0;
        using var worker = new ChannelEnd(end);
        using var channel = new WorkerChannel(ipc, () => ready++);
        using var loop = new EventLoop { Fault = error => Assert.Fail(error.ToString()) };
        channel.Watch(loop);
        story(loop, channel, worker, () => ready);
    }
}
