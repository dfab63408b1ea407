using System.Text;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>What becomes of connections, and of descriptors that are lost on their way, between the primary and its workers; the workers are the test.</summary>
public sealed unsafe class NodePrimaryConnectionTests
{
    [Fact]
    public void Connections_AreKept_UntilSomebodyTakesThem()
    {
        using var host = new ClusterHost(Balance.RoundRobin, 3);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (_, port) = one.Listen();
        using var client = ClusterHost.Connect(port);
        one.Answer(one.HearConnection(out _), false);
        one.CloseHandles();
        host.Turn();
        Assert.False(one.HasInput);

        // Nobody else was there: it had as many as it wants, and the client hears of it.
        Assert.Equal(0, client.Receive(new byte[1]));
        _ = two.Listen();
        using var next = ClusterHost.Connect(port);
        one.Answer(one.HearConnection(out _), false);
        one.CloseHandles();
        var number = two.HearConnection(out var fd);
        two.Answer(number, true);
        host.Turn();
        Assert.Equal(4, Libc.write(fd, (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference("done"u8)), 4));
        two.Die();
        var answer = new byte[8];
        Assert.Equal("done", Encoding.ASCII.GetString(answer, 0, next.Receive(answer)));
        Assert.Equal(0, next.Receive(answer)); // an end: no copy of it is left here
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connection_OfADeadWorker_GoesToAnother(bool isOtherThere)
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var one = host.Fork();
        var (_, port) = one.Listen();
        using var client = ClusterHost.Connect(port);
        _ = one.HearConnection(out _);
        var two = host.Fork(1);
        if (isOtherThere)
        {
            _ = two.Listen();
        }

        one.Die();
        if (!isOtherThere)
        {
            _ = two.Listen(); // it waits for it
        }

        two.Answer(two.HearConnection(out _), true);
        Assert.False(two.HasInput);
    }

    [Fact]
    public void Connections_AreNoMoreThanTheWindow_OnTheirWay()
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        var clients = Enumerable.Range(0, 40).Select(_ => ClusterHost.Connect(port)).ToList();
        var numbers = new List<int>();
        for (; worker.HasInput; numbers.Add(worker.HearConnection(out _)))
        {
        }

        Assert.Equal(16, numbers.Count);
        for (var i = 0; i < 40; i++)
        {
            worker.Answer(numbers[i], true);
            if (i < 24)
            {
                numbers.Add(worker.HearConnection(out _));
            }
        }

        Assert.False(worker.HasInput);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Connections_GoAround()
    {
        using var host = new ClusterHost(Balance.RoundRobin, 3);
        var workers = new[] { host.Fork(), host.Fork(1), host.Fork(2) };
        var port = workers.Select(worker => worker.Listen().Port).Distinct().Single();
        for (var i = 0; i < 12; i++)
        {
            using var client = ClusterHost.Connect(port);
            var worker = workers[i % 3];
            worker.Answer(worker.HearConnection(out _), true);
        }
    }

    /// <summary>A worker without descriptors left answers NACK, and is tried again a few times.</summary>
    /// <summary>Nobody tells when there is room again, and a worker of round robin has nothing to say.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // and none is left to keep a copy
    public void WhatTheKernelHasNoRoomFor_IsSentAWhileLater(bool isOut)
    {
        const int TooManyReferences = 109, TooManyFiles = 24;
        using var host = new ClusterHost(Balance.RoundRobin, 1);
        var worker = host.Fork();
        var (_, port) = worker.Listen();
        using var client = ClusterHost.Connect(port);
        void Fail() => OddThread.RunFailing(TestLibc.Sendmsg, TooManyReferences, () =>
        {
            for (var i = 0; i < 4; i++)
            {
                host.Turn();
            }
        });
        if (isOut)
        {
            OddThread.RunFailing(TestLibc.Fcntl, TooManyFiles, Fail);
        }
        else
        {
            Fail();
        }

        Assert.Contains("no more descriptors on their way", Assert.Single(host.Reports), StringComparison.Ordinal);
        Assert.True(host.Clusters.NextDeadline.IsSet);
        Assert.False(worker.HasInput);
        host.Clusters.Expire(host.Clusters.NextDeadline);
        worker.Answer(worker.HearConnection(out _), isAccepted: true);
        host.Turn();
        Assert.False(host.Clusters.NextDeadline.IsSet);
    }

    [Fact]
    public void LostDescriptor_IsSentAgain_ThenGoesElsewhere()
    {
        using var host = new ClusterHost(Balance.RoundRobin);
        var (one, two) = (host.Fork(), host.Fork(1));
        var (_, port) = one.Listen();
        _ = two.Listen();
        using var client = ClusterHost.Connect(port);
        var number = -1;
        for (var i = 0; i < 4; i++)
        {
            var message = one.Hear(out _, acknowledges: false);
            Assert.True(i == 0 || number == (int)message["seq"]!);
            number = (int)message["seq"]!;
            Assert.False(two.HasInput);
            one.End.Write("{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
        }

        two.Answer(two.HearConnection(out _), true);
        Assert.False(one.HasInput);
    }

    [Fact]
    public void LostDescriptor_OfAListener_IsSentAgain_ThenRefused()
    {
        using var host = new ClusterHost(Balance.Shared);
        var worker = host.Fork().Say($"\"act\":\"queryServer\",\"index\":0,\"data\":null,{NodePrimaryTests.Any}");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(0, (int)worker.Hear(out _, acknowledges: false)["ack"]!);
            worker.End.Write("{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
        }

        var refused = worker.Hear(out var fd);
        Assert.Equal((0, -NodePrimaryTests.Errno("EMFILE"), -1), ((int)refused["ack"]!, (int)refused["errno"]!, fd));
        Assert.Equal(0, (int)worker.Query(NodePrimaryTests.Any, out _)["errno"]!); // it holds nothing
    }
}
