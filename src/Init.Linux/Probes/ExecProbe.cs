using Init.Core.Model;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Linux.Probes;

/// <summary>
/// Runs a command as the worker would be run: its user, directory, environment and limits. Exit code 0 is well; of anything else the last line that it
/// wrote is told. What it leaves behind is killed, and so is its whole tree when its time is over.
/// </summary>
sealed class ExecProbe(ProbeTools tools, AppSpec spec, int index, int pmId, Action<string?> done) : Probe
{
    int _pid;
    bool _isOver;
    LastLine? _output;
    LastLine? _errors;

    /// <inheritdoc/>
    public override void Begin()
    {
        // Nobody waits for its readiness, and nobody feeds its watchdog.
        var command = spec with { Command = spec.HealthCheck!.Command!, ReadyWhen = ReadyWhen.Running, Watchdog = TimeSpan.Zero, ShutdownWithMessage = false, Cluster = ClusterMode.None };
        var (process, problem) = tools.Spawner.Spawn(command, index, pmId);
        if (process is null)
        {
            done("could not be run: " + problem!.Detail);
            return;
        }

        process.Channel?.Dispose(); // a command of node or bun would have one
        _pid = process.Pid;
        _output = new LastLine(tools.Loop, process.Output);
        _errors = new LastLine(tools.Loop, process.Error);
        tools.Reaper.Expect(_pid, OnExit);
        _output.Watch();
        _errors.Watch();
        tools.Stages.Attach(process, command, static () => { });
    }

    /// <inheritdoc/>
    public override string End()
    {
        _isOver = true; // its exit is still to be reaped
        _ = ProcessTree.Kill(_pid);
        return "has not ended" + Said();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _output?.Dispose();
        _errors?.Dispose();
    }

    void OnExit(ExitStatus status)
    {
        var problem = tools.Stages.Ended(_pid);
        _ = tools.Tree.KillLeftovers(_pid);
        if (!_isOver)
        {
            var said = Said();
            done(problem is not null ? "could not be run: " + problem.Detail : status.IsSuccess ? null : $"exited with {status}{said}");
        }
    }

    string Said()
    {
        _output?.Finish();
        _errors?.Finish();
        var text = _errors?.Text is { Length: > 0 } errors ? errors : _output?.Text ?? "";
        return text.Length == 0 ? "" : ": " + text;
    }
}

/// <summary>What a command needs to be run.</summary>
sealed record ProbeTools(EventLoop Loop, Spawner Spawner, Reaper Reaper, ProcessTree Tree, StageWatch Stages);
