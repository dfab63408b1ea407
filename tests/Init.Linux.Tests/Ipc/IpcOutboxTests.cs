using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Loop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Ipc;

/// <summary>Messages that are posted to a worker, with descriptors, and to one that does not read.</summary>
public sealed class IpcOutboxTests : IDisposable
{
    readonly EventLoop _loop = new();
    readonly IpcChannel _channel;
    readonly ChannelEnd _worker;
    bool _hasEnded;

    public IpcOutboxTests()
    {
        var (channel, worker) = IpcChannel.TryMake()!.Value;
        (_channel, _worker) = (channel, new ChannelEnd(worker));
        _loop.Fault = error => Assert.Fail(error.ToString());
        _channel.Ended = _ => _hasEnded = true;
        _channel.Watch(_loop, _ => { });
    }

    public void Dispose()
    {
        _channel.Dispose();
        _worker.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void Descriptor_GoesWithItsMessage()
    {
        using var pipe = Pipe.Open();
        Assert.True(_channel.Post("one\n"u8));
        Assert.True(_channel.Post("two\n"u8, pipe.Read.Number));
        Assert.True(_channel.Post("three\n"u8));
        AssertMessages(pipe, ("one", false), ("two", true), ("three", false));
    }

    [Fact]
    public void WhatTheSocketDoesNotTake_Follows_InOrder()
    {
        using var pipe = Pipe.Open();
        var sent = 0;
        for (; !_channel.IsHeldUp; sent++)
        {
            Assert.True(_channel.Post("0123456789\n"u8));
        }

        Assert.True(_channel.Post("with\n"u8, pipe.Read.Number));
        Assert.True(_channel.Post("last\n"u8));
        Assert.Equal(Libc.EAGAIN, _channel.Send("now or never\n"u8));
        for (var i = 0; i < sent; i++)
        {
            Bounded.Turn(_loop);
            Assert.Equal("0123456789", _worker.ReadLine());
        }

        Bounded.TurnUntil(_loop, () => !_channel.IsHeldUp);
        AssertMessages(pipe, ("with", true), ("last", false));
        Assert.False(_worker.HasInput);
        Assert.Equal(0, _channel.Send("now\n"u8));
    }

    [Fact]
    public void DescriptorThatWaits_IsACopy()
    {
        using var pipe = Pipe.Open();
        var sent = 0;
        for (; !_channel.IsHeldUp; sent++)
        {
            Assert.True(_channel.Post("0123456789\n"u8));
        }

        Assert.True(_channel.Post("with\n"u8, pipe.Write.Number));
        pipe.Write.Dispose();
        for (var i = 0; i < sent; i++)
        {
            Bounded.Turn(_loop);
            _worker.ReadLine();
        }

        Bounded.TurnUntil(_loop, () => !_channel.IsHeldUp);
        Assert.Equal("with", _worker.ReadLine(out var fd));
        Assert.True(fd >= 0);
        Assert.Equal(0, Libc.close(fd));
        Assert.Equal("", Reading.ToEnd(pipe.Read.Number)); // no copy is left
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhoDoesNotRead_LosesItsChannel(bool hasDescriptors)
    {
        using var pipe = Pipe.Open();
        var before = OwnDescriptors.Count();
        var messages = 0;
        while (_channel.Post("0123456789\n"u8, hasDescriptors && _channel.IsHeldUp ? pipe.Read.Number : -1))
        {
            Assert.InRange(++messages, 0, 100_000);
        }

        Assert.Equal(before, OwnDescriptors.Count());
        Assert.False(_channel.Post("x\n"u8));
        Assert.False(_hasEnded); // not in the middle of a call
        Bounded.TurnUntil(_loop, () => _hasEnded);
        Assert.True(_channel.IsClosed);
    }

    [Fact]
    public void Post_ToNobody_IsRefused()
    {
        _worker.Dispose();
        Assert.False(_channel.Post("x\n"u8));
        Bounded.TurnUntil(_loop, () => _hasEnded);
        Assert.False(_channel.Post("x\n"u8));
    }

    [Fact]
    public void NothingIsWatchedFor_WhenNothingWaits()
    {
        while (!_channel.IsHeldUp)
        {
            Assert.True(_channel.Post("0123456789\n"u8));
        }

        Bounded.Turn(_loop);
        Assert.True(_channel.IsHeldUp);
        _worker.Dispose();
        Bounded.TurnUntil(_loop, () => _hasEnded);
    }

    void AssertMessages(Pipe pipe, params (string Text, bool HasDescriptor)[] expected)
    {
        foreach (var (text, hasDescriptor) in expected)
        {
            Assert.Equal(text, _worker.ReadLine(out var fd));
            Assert.Equal(hasDescriptor, fd >= 0);
            if (fd >= 0)
            {
                pipe.Put("through");
                Assert.Equal("through", Reading.Some(fd));
                Assert.Equal(0, Libc.close(fd));
            }
        }
    }
}
