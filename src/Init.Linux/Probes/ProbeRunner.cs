using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Cluster;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Linux.Probes;

/// <summary>Carries out checks: begins them, ends those whose time is over, and tells the supervisor what came of each. Nothing here decides.</summary>
public sealed class ProbeRunner(EventLoop loop, EventQueue queue, Spawner spawner, Reaper reaper, ProcessTree tree, StageWatch stages)
{
    readonly ProbeTools _tools = new(loop, spawner, reaper, tree, stages);
    readonly Dictionary<int, Probe> _running = [];

    /// <summary>By the worker's number.</summary>
    readonly Dictionary<int, Probe> _lingering = [];

    /// <summary>Connects to instances that share their port. Null: none does.</summary>
    public NodeClusters? Clusters { get; init; }

    /// <summary>Begins a check.</summary>
    /// <param name="effect">Which.</param>
    /// <param name="spec">The app, which has a `health_check`.</param>
    /// <param name="pmId">The worker's number.</param>
    public void Begin(Effect.Check effect, AppSpec spec, int pmId)
    {
        void Done(string? problem)
        {
            if (_running.Remove(effect.Number, out var over) && over.IsLingering)
            {
                _lingering[pmId] = over;
            }
            else
            {
                over?.Dispose();
            }

            queue.Tell(new SupervisorEvent.Checked(effect.Worker, effect.Number, problem));
        }

        // One that the server never ends lasts until the next check.
        if (_lingering.Remove(pmId, out var last))
        {
            last.Dispose();
        }

        Probe probe = spec.HealthCheck!.Kind == ProbeKind.Exec
            ? new ExecProbe(_tools, spec, effect.Worker.Index, pmId, Done)
            : new SocketProbe(loop, spec.HealthCheck, effect.Worker.Index, Done, answered => Clusters?.Connect(effect.Pid, spec, effect.Worker.Index, answered));
        _running[effect.Number] = probe;
        try
        {
            probe.Begin();
        }
        catch (LinuxException error)
        {
            // No descriptor, no memory: the check has failed, and the next one may pass.
            Done(error.Message);
        }
    }

    /// <summary>Ends a check that may still run, and tells that it had no answer.</summary>
    public void End(Effect.EndCheck effect)
    {
        if (_running.Remove(effect.Number, out var probe))
        {
            queue.Tell(new SupervisorEvent.Checked(effect.Worker, effect.Number, probe.End()));
        }
    }
}
