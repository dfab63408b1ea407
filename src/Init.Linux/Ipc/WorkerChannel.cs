using Init.Core.Ipc;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;

namespace Init.Linux.Ipc;

/// <summary>
/// What pminit and a worker in fork mode say to each other over Node's channel: "ready", "shutdown", and the acknowledgement of sockets, without which the
/// worker would hold back all that follows. Everything else (pm2's bus messages, an app's own) is let pass.
/// </summary>
/// <param name="channel">Owned.</param>
/// <param name="onReady">Called at most once.</param>
public sealed unsafe class WorkerChannel(IpcChannel channel, Action onReady) : IDisposable
{
    bool _isReady;
    Action? _onUnheard;

    /// <summary>Who is given a channel: whom the file gives one, and every program of Node, because under pm2 it has one.</summary>
    public static bool IsWanted(AppSpec spec, FoundProgram found) =>
        spec.NeedsChannel || NodeProgram.IsNode(found.Path) || NodeProgram.IsNodeLine(spec.Command) || IsNodeScript(ProgramFinder.At(spec.Cwd, found.Path));

    public void Watch(EventLoop loop)
    {
        channel.Ended = OnEnded;
        channel.Watch(loop, OnMessage);
    }

    /// <summary>The process has been reaped.</summary>
    public void Finish() => channel.Finish();

    /// <summary>Asks the app to stop.</summary>
    /// <param name="onUnheard">Called when the worker then closes its channel without having read the message.</param>
    /// <returns>Why that is not possible, for people; null when the message is on its way.</returns>
    public string? SendShutdown(Action onUnheard)
    {
        var errno = channel.Send(IpcMessage.Shutdown);
        _onUnheard = errno == 0 ? onUnheard : null;
        return errno switch
        {
            0 => null,
            Libc.EAGAIN => "it does not read its channel",
            _ => "it has closed its channel",
        };
    }

    /// <summary>Stronger means have been taken: whether the message is heard is no question any more.</summary>
    public void Forget() => _onUnheard = null;

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    void OnEnded(bool isUnread)
    {
        if (isUnread)
        {
            _onUnheard?.Invoke();
        }
    }

    void OnMessage(ReadOnlySpan<byte> message)
    {
        switch (IpcMessage.KindOf(message))
        {
            case IpcMessageKind.Other or IpcMessageKind.HandleReceived or IpcMessageKind.HandleLost or IpcMessageKind.Cluster:
                break;
            case IpcMessageKind.Ready when !_isReady:
                _isReady = true;
                onReady();
                break;
            case IpcMessageKind.Ready:
                break;
            case IpcMessageKind.Handle:
                // Node waits for each one, so there is always room for the answer; who does not wait and does not read gets none.
                _ = channel.Send(IpcMessage.HandleReceived);
                break;
        }
    }

    static bool IsNodeScript(string path)
    {
        using var name = new Utf8z(path);
        using var file = new Fd(Libc.open(name.Pointer, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0));
        var head = stackalloc byte[NodeProgram.HeadSize];
        var got = file.Number < 0 ? -1 : (int)Libc.read(file.Number, head, NodeProgram.HeadSize);
        return got > 0 && NodeProgram.IsNodeScript(new ReadOnlySpan<byte>(head, got)); // one that we may not read, the worker perhaps may: then it has no channel
    }
}
