using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Limits;

/// <summary>
/// Notices what the kernel's OOM killer ends, workers or not, without ever looking unasked. The kernel tells where it can: cgroup v1 by an eventfd on
/// `memory.oom_control` (whose cgroup.event_control must be writable), v2 by `memory.events`, which needs no rights and also tells of a limit that was
/// reached. After a word the watch is off for a while, so that a container at its limit does not wake us without end.
/// Where the kernel tells nothing, somebody else's look finds the rise: a child's end by SIGKILL, a reading of the guard's, a client's question.
/// </summary>
/// <param name="loop">Where to be dispatched.</param>
/// <param name="cgroup">Ours; null: nothing is ever noticed.</param>
/// <param name="onOthers">Told how many kills were no worker's, and the limit (0: none).</param>
public sealed unsafe class OomWatch(EventLoop loop, MemoryCgroup? cgroup, Action<long, long> onOthers) : IPollable, IDisposable
{
    /// <summary>v1 tells before it kills, and writes its report of all processes in between.</summary>
    static readonly TimeSpan KillTakes = TimeSpan.FromSeconds(1);

    /// <summary>v2 tells of each time that the limit is reached, which may be always.</summary>
    static readonly TimeSpan LimitIsReached = TimeSpan.FromSeconds(10);

    readonly OomKills _kills = new(cgroup);
    Fd? _watched;
    Instant _lookAt = Instant.Never;

    /// <summary>When <see cref="Expire"/> wants to be called; Never as a rule.</summary>
    public Instant NextDeadline => Instant.Min(_lookAt, _kills.NextDeadline);

    /// <summary>See <see cref="OomKills.LimitBytes"/>.</summary>
    public long LimitBytes => _kills.LimitBytes;

    /// <summary>Whether the kernel tells.</summary>
    public bool IsWatching => _watched is not null;

    /// <summary>Listens to the kernel, if there is a limit and it tells.</summary>
    public void Begin()
    {
        if (cgroup?.ReadLimit() is null || _watched is not null)
        {
            return;
        }

        var fd = cgroup.IsV2 ? OpenEvents() : OpenOomControl();
        if (fd < 0)
        {
            return;
        }

        var watched = new Fd(fd);
        if (loop.TryAdd(fd, this, cgroup.IsV2 ? Libc.EPOLLPRI : Libc.EPOLLIN, Urgency.Signals))
        {
            _watched = watched;
        }
        else
        {
            watched.Dispose();
        }
    }

    /// <summary>See <see cref="OomKills.Claim"/>.</summary>
    public bool Claim(Instant now) => _kills.Claim(now);

    /// <summary>Looks now: somebody is awake anyhow, or a child has been killed.</summary>
    public void Look(Instant now) => _kills.Look(now);

    /// <summary>A deadline has passed.</summary>
    public void Expire(Instant now)
    {
        if (_lookAt <= now)
        {
            _lookAt = Instant.Never;
            Begin();
            _kills.Look(now);
        }

        if (_kills.TakeUnclaimed(now) is > 0 and var others)
        {
            onOthers(others, _kills.LimitBytes);
        }
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        Stop();
        _kills.Look(Clock.Now);
        _lookAt = Clock.Now + (cgroup!.IsV2 ? LimitIsReached : KillTakes);
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _watched?.Dispose();
        _watched = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    void Stop()
    {
        if (_watched is { } fd)
        {
            loop.Remove(fd.Number);
            fd.Dispose();
            _watched = null;
        }
    }

    int OpenEvents()
    {
        var fd = Open(cgroup!.KillsPath, Libc.O_RDONLY);
        if (fd >= 0)
        {
            // The kernel remembers what has been read: without this the first event is there at once.
            var buffer = stackalloc byte[1024];
            _ = Libc.read(fd, buffer, 1024);
        }

        return fd;
    }

    int OpenOomControl()
    {
        using var kills = new Fd(Open(cgroup!.KillsPath, Libc.O_RDONLY));
        using var control = new Fd(Open(cgroup.EventControlPath, Libc.O_WRONLY));
        var fd = kills.Number < 0 || control.Number < 0 ? -1 : Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        if (fd < 0)
        {
            return -1;
        }

        var words = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{fd} {kills.Number}"));
        fixed (byte* from = words)
        {
            if (Libc.write(control.Number, from, (nuint)words.Length) == words.Length)
            {
                return fd;
            }
        }

        _ = Libc.close(fd);
        return -1;
    }

    static int Open(string path, int flags)
    {
        using var name = new Utf8z(path);
        return Libc.open(name.Pointer, flags | Libc.O_CLOEXEC, 0);
    }
}
