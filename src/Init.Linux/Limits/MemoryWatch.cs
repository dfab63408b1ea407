using System.Globalization;
using System.Text;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Limits;

/// <summary>
/// How much of the container's memory is used, and the kernel's word for a change, where it gives one: of cgroup v1 thresholds of usage (an eventfd in
/// cgroup.event_control, which must be writable), of v2 `memory.events`, which tells only when the limit has been reached, and needs no rights.
/// After a word the watch is off until the next reading, so that a container at its limit does not wake us without end.
/// What can go wrong: a kernel or a container that allows neither. Then nothing is told, and the reading says so.
/// </summary>
/// <param name="loop">Where to be dispatched.</param>
/// <param name="cgroup">Ours.</param>
/// <param name="onNotice">Called when the kernel tells something.</param>
public sealed unsafe class MemoryWatch(EventLoop loop, MemoryCgroup cgroup, Action onNotice) : IPollable, IDisposable
{
    static readonly long Page = Libc.sysconf(Libc._SC_PAGESIZE);

    Fd? _watched;
    bool _isRefused;

    /// <summary>What the eventfd waits for, in bytes.</summary>
    long _close;
    long _at;

    /// <summary>Reads usage and limit, and makes sure that the next change is told.</summary>
    /// <param name="closePercent">First part of the limit whose crossing is told.</param>
    /// <param name="atPercent">The second one.</param>
    public SupervisorEvent.MemoryRead Read(int closePercent, int atPercent)
    {
        if (cgroup.ReadLimit() is not { } limit)
        {
            Stop();
            return new SupervisorEvent.MemoryRead(0, 0, false);
        }

        // First the watch and then the look: what changes in between is told.
        var close = limit / 100 * closePercent / Page * Page; // as the kernel rounds thresholds
        Watch(close, limit / 100 * atPercent);
        var total = MemoryLimit.Bytes(MemoryCgroup.ReadText(cgroup.PathOf(cgroup.IsV2 ? "memory.current" : "memory.usage_in_bytes"))) ?? 0;
        var used = total < close ? total : total - FilePages();
        return new SupervisorEvent.MemoryRead(used, limit, KernelTells: !cgroup.IsV2 && _watched is not null && total < close);
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        Stop();
        onNotice();
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _watched?.Dispose();
        _watched = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>The kernel gives up pages of files before it kills: shared memory and tmpfs are not among them.</summary>
    long FilePages()
    {
        var stat = MemoryCgroup.ReadText(cgroup.PathOf("memory.stat"));
        var prefix = cgroup.IsV2 ? "" : "total_"; // of the children too, as the usage
        return (MemoryCgroup.Field(stat, prefix + "inactive_file") ?? 0) + (MemoryCgroup.Field(stat, prefix + "active_file") ?? 0);
    }

    void Watch(long close, long at)
    {
        if (_isRefused || (_watched is not null && (cgroup.IsV2 || (close == _close && at == _at))))
        {
            return;
        }

        Stop();
        (_close, _at) = (close, at);
        var fd = cgroup.IsV2 ? OpenEvents() : OpenThresholds();
        if (fd < 0)
        {
            _isRefused = true;
            return;
        }

        var watched = new Fd(fd);
        if (!loop.TryAdd(fd, this, cgroup.IsV2 ? Libc.EPOLLPRI : Libc.EPOLLIN, Urgency.Signals))
        {
            watched.Dispose();
            _isRefused = true;
            return;
        }

        _watched = watched;
    }

    void Stop()
    {
        if (_watched is { } fd)
        {
            loop.Remove(fd.Number);
            fd.Dispose();
            _watched = null;
        }
    }

    /// <returns>A descriptor that has EPOLLPRI from the next change on, or -1.</returns>
    int OpenEvents()
    {
        var fd = Open(cgroup.PathOf("memory.events"), Libc.O_RDONLY);
        if (fd >= 0)
        {
            // The kernel remembers what has been read: without this the first event is there at once.
            var buffer = stackalloc byte[1024];
            _ = Libc.read(fd, buffer, 1024);
        }

        return fd;
    }

    /// <returns>An eventfd that the kernel writes to whenever usage crosses a threshold in either direction, or -1.</returns>
    int OpenThresholds()
    {
        using var usage = new Fd(Open(cgroup.PathOf("memory.usage_in_bytes"), Libc.O_RDONLY));
        using var control = new Fd(Open(cgroup.PathOf("cgroup.event_control"), Libc.O_WRONLY));
        var fd = usage.Number < 0 || control.Number < 0 ? -1 : Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        if (fd >= 0 && !(Register(control.Number, fd, usage.Number, _close) && Register(control.Number, fd, usage.Number, _at)))
        {
            _ = Libc.close(fd);
            return -1;
        }

        return fd;
    }

    static bool Register(int control, int eventfd, int usage, long threshold)
    {
        var words = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{eventfd} {usage} {threshold}"));
        fixed (byte* from = words)
        {
            return Libc.write(control, from, (nuint)words.Length) == words.Length;
        }
    }

    static int Open(string path, int flags)
    {
        using var name = new Utf8z(path);
        return Libc.open(name.Pointer, flags | Libc.O_CLOEXEC, 0);
    }
}
