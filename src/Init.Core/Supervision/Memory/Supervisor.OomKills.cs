using Init.Core.Control;
using Init.Core.Logging;

namespace Init.Core.Supervision;

/// <summary>
/// What the kernel's OOM killer ended beside workers: their children (of gunicorn, php-fpm, a database), daemons, somebody's `docker exec`. The kernel counts and
/// names nobody, so no worker is told of it; but that memory was short must be seen somewhere.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>Processes of this container that the kernel killed for memory and that were no workers.</summary>
    public long OomKillsBesideWorkers { get; private set; }

    void OnOomKilled(SupervisorEvent.OomKilled killed, List<Effect> effects)
    {
        OomKillsBesideWorkers += killed.Count;
        var what = killed.Count == 1 ? "a process of this container, not a worker itself" : $"{killed.Count} processes of this container, not workers themselves";
        var why = killed.LimitBytes > 0 ? $"the container's memory limit is {HumanUnits.Memory(killed.LimitBytes)}" : "the machine's memory has run out";
        Say(effects, EventName.OomKill, LogLevel.Warn,
            $"the kernel's OOM killer ended {what}: {why}; look for what workers start (`pminit jlist` has each tree's memory), and at max_memory_restart",
            new LogField("killed", killed.Count), new LogField("limit_bytes", killed.LimitBytes));
    }
}
