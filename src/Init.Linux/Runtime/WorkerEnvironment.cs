using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Init.Core.Cluster;
using Init.Core.Model;
using Init.Linux.Cluster;

namespace Init.Linux.Runtime;

/// <summary>
/// Builds a worker's environment: pminit's own (bytes kept as they came) without what `filter_env` names, then what pminit promises,
/// then the file's `env`, then `increment_var`; the later one wins. LISTEN_*, NOTIFY_SOCKET and NODE_CHANNEL_FD speak of descriptors and
/// sockets of pminit, not of its workers, so they are left out.
/// </summary>
public static unsafe class WorkerEnvironment
{
    /// <summary>Tells every process of a worker whose it is, and us, when it has become an orphan.</summary>
    public const string WorkerVariable = "PMINIT_WORKER";

    /// <summary>Which of the worker's processes: two may live at a time.</summary>
    public const string IncarnationVariable = "PMINIT_INCARNATION";

    static readonly string[] NotForWorkers =
    [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
        "NODE_CHANNEL_FD", "NODE_UNIQUE_ID", "NODE_CHANNEL_SERIALIZATION_MODE",
    ];

    /// <summary>The environment for one spawn; the caller disposes it.</summary>
    /// <param name="inherited">pminit's own.</param>
    /// <param name="spec">The app.</param>
    /// <param name="index">Instance number, 0 or more: `NODE_APP_INSTANCE`.</param>
    /// <param name="pmId">Number over all workers: `pm_id`.</param>
    /// <param name="notifySocket">NOTIFY_SOCKET; null: none.</param>
    /// <param name="channelFd">NODE_CHANNEL_FD; 0: none.</param>
    /// <param name="incarnation">Which process of the worker; 0: of no concern.</param>
    /// <param name="uniqueId">NODE_UNIQUE_ID, which makes it a worker of Node's cluster; 0: none.</param>
    /// <param name="drain">What such a worker loads before the app; null: nothing.</param>
    /// <param name="onUndrained">Called when it cannot load that, because there is no place for the file.</param>
    public static StringBlock Build(
        Inherited inherited, AppSpec spec, int index, int pmId, string? notifySocket = null, int channelFd = 0, int incarnation = 0, int uniqueId = 0, DrainFile? drain = null,
        Action? onUndrained = null)
    {
        var own = Overrides(spec, index, pmId, incarnation);
        if (uniqueId > 0 && spec.KeepaliveDrain && drain is not null)
        {
            AddDrain(inherited, spec, own, drain, onUndrained);
        }

        if (notifySocket is not null)
        {
            own["NOTIFY_SOCKET"] = notifySocket;
        }

        if (channelFd > 0)
        {
            own["NODE_CHANNEL_FD"] = channelFd.ToString(CultureInfo.InvariantCulture);
            own["NODE_CHANNEL_SERIALIZATION_MODE"] = "json";
        }

        if (uniqueId > 0)
        {
            own["NODE_UNIQUE_ID"] = uniqueId.ToString(CultureInfo.InvariantCulture);
        }

        if (spec.Watchdog > TimeSpan.Zero)
        {
            own["WATCHDOG_USEC"] = ((long)spec.Watchdog.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        }

        var block = new StringBlock(64);
        for (var entry = inherited.Environ; *entry is not null; entry++)
        {
            var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry);
            var equals = text.IndexOf((byte)'=');
            if (IsKept(equals > 0 ? Encoding.UTF8.GetString(text[..equals]) : "", own, spec.EnvFilter))
            {
                block.Borrow(*entry);
            }
        }

        foreach (var (name, value) in own)
        {
            if (value is not null)
            {
                block.Add($"{name}={value}");
            }
        }

        return block;
    }

    /// <summary>PATH as the worker will see it.</summary>
    public static string PathOf(Inherited inherited, AppSpec spec)
    {
        for (var i = spec.Env.Length - 1; i >= 0; i--)
        {
            if (spec.Env[i].Key == "PATH")
            {
                return spec.Env[i].Value;
            }
        }

        return (spec.EnvFilter.Drops("PATH") ? null : inherited.Variable("PATH")) ?? ProgramFinder.DefaultPath;
    }

    /// <summary>An entry without a name has an empty one here: only an empty environment is without it.</summary>
    static bool IsKept(string name, Dictionary<string, string?> own, EnvFilter filter)
        => name.Length == 0 ? !filter.All : !own.ContainsKey(name) && !filter.Drops(name);

    /// <summary>Where it cannot be loaded, a reload may cut kept-alive connections, as any other one of Node does.</summary>
    static void AddDrain(Inherited inherited, AppSpec spec, Dictionary<string, string?> own, DrainFile drain, Action? onUndrained)
    {
        const string Name = "NODE_OPTIONS";
        var existing = own.TryGetValue(Name, out var value) ? value : spec.EnvFilter.Drops(Name) ? null : inherited.Variable(Name);
        var version = own.GetValueOrDefault("NODE_VERSION") ?? inherited.Variable("NODE_VERSION");
        var file = drain.Path();
        if (DrainPreload.NodeOptions(existing, string.Join(' ', spec.Command.InterpreterArgs), spec.Command.Program, file, version) is { } options)
        {
            own[Name] = options;
            own[DrainPreload.SignalVariable] = spec.KillSignal.ToString();
        }
        else if (file is null)
        {
            onUndrained?.Invoke();
        }
    }

    /// <summary>A null value removes the inherited variable.</summary>
    static Dictionary<string, string?> Overrides(AppSpec spec, int index, int pmId, int incarnation)
    {
        var own = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in NotForWorkers)
        {
            own[name] = null;
        }

        own[DrainPreload.SignalVariable] = null;
        own[spec.InstanceVar] = index.ToString(CultureInfo.InvariantCulture);
        own["pm_id"] = pmId.ToString(CultureInfo.InvariantCulture);
        own["PMINIT_APP"] = spec.Name;
        own[WorkerVariable] = new WorkerId(spec.Name, index).ToString();
        own[IncarnationVariable] = incarnation > 0 ? incarnation.ToString(CultureInfo.InvariantCulture) : null;
        if (IsPython(spec.Command))
        {
            // As pm2 does: a pipe makes Python buffer, and its log lines would come minutes late.
            own["PYTHONUNBUFFERED"] = "1";
        }

        foreach (var (name, value) in spec.Env)
        {
            own[name] = value;
        }

        if (spec.Increment is { } increment)
        {
            own[increment.Name] = (increment.Base + index).ToString(CultureInfo.InvariantCulture);
        }

        return own;
    }

    static bool IsPython(CommandSpec command)
    {
        var program = command.Interpreters.IsEmpty ? command.Program : command.Interpreters[0];
        return Path.GetFileName(program).StartsWith("python", StringComparison.Ordinal);
    }
}
