using System.Collections.Immutable;
using System.Text.Json;

namespace Init.Core.Control;

/// <summary>Client: one line of `ls`.</summary>
public sealed record StatusRow
{
    /// <summary>pm2: `pm_id`.</summary>
    public long Id { get; init; }

    /// <summary>The app's name; any text.</summary>
    public string Name { get; init; } = "";

    /// <summary>"fork" or "cluster".</summary>
    public string Mode { get; init; } = "";

    /// <summary>0 when there is no process.</summary>
    public long Pid { get; init; }

    /// <summary>Milliseconds; 0 when there is no process.</summary>
    public long UptimeMs { get; init; }

    /// <summary>How often it was started again.</summary>
    public long Restarts { get; init; }

    /// <summary>pm2's word, or "waiting for db, cache".</summary>
    public string Status { get; init; } = "";

    /// <summary>Share of one CPU.</summary>
    public double CpuPercent { get; init; }

    /// <summary>Resident bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>What somebody should know of it beyond the table; empty as a rule.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Processes of the container, no workers, that the kernel killed for memory; the same in all rows.</summary>
    public long OomKillsBesideWorkers { get; init; }

    /// <summary>Reads the result of `ls`. What is missing is empty or 0; what is no object is left out.</summary>
    public static ImmutableArray<StatusRow> ReadAll(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var rows = ImmutableArray.CreateBuilder<StatusRow>(result.GetArrayLength());
        foreach (var element in result.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                rows.Add(Read(element));
            }
        }

        return rows.ToImmutable();
    }

    static StatusRow Read(JsonElement element)
    {
        var settings = element.Of("pm2_env");
        var monit = element.Of("monit");
        var cpu = monit.Of("cpu");
        return new StatusRow
        {
            Id = element.NumberOf("pm_id"),
            Name = element.TextOf("name"),
            Mode = settings.TextOf("exec_mode").Replace("_mode", "", StringComparison.Ordinal),
            Pid = element.NumberOf("pid"),
            UptimeMs = element.Of("pminit").NumberOf("uptime_ms"),
            Restarts = settings.NumberOf("restart_time"),
            Status = StatusOf(settings, element.Of("pminit").Of("waiting_for")),
            CpuPercent = cpu.ValueKind == JsonValueKind.Number && cpu.TryGetDouble(out var percent) ? percent : 0,
            MemoryBytes = monit.NumberOf("memory"),
            Notes = NotesOf(element.Of("pminit")),
            OomKillsBesideWorkers = element.Of("pminit").NumberOf("oom_kills_beside_workers"),
        };
    }

    static string NotesOf(JsonElement more)
    {
        var notes = new List<string>();
        var exit = more.Of("last_exit");
        if (exit.TextOf("cause") == "oom")
        {
            var limit = exit.NumberOf("limit_bytes");
            notes.Add("its last process was killed by the kernel's OOM killer" + (limit > 0 ? $" (memory limit {HumanUnits.Memory(limit)})" : ""));
        }

        var parents = more.Of("zombie_parents");
        for (var i = 0; parents.ValueKind == JsonValueKind.Array && i < parents.GetArrayLength(); i++)
        {
            var (name, pid, zombies) = (parents[i].TextOf("name"), parents[i].NumberOf("pid"), parents[i].NumberOf("zombies"));
            notes.Add($"process {pid} ({name}) does not wait for its children: {zombies} zombie{(zombies == 1 ? "" : "s")}");
        }

        return string.Join("; ", notes);
    }

    /// <summary>pm2 has no word for waiting, so that tools for it are told "launching"; people see for what.</summary>
    static string StatusOf(JsonElement settings, JsonElement waitingFor)
    {
        if (waitingFor.ValueKind != JsonValueKind.Array || waitingFor.GetArrayLength() == 0)
        {
            return settings.TextOf("status");
        }

        var names = new List<string?>();
        foreach (var name in waitingFor.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String)
            {
                names.Add(name.GetString());
            }
        }

        return "waiting for " + string.Join(", ", names);
    }
}
