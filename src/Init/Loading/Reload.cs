using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Config.Evaluation;
using Init.Core.Logging;
using Init.Core.Supervision;
using Init.Linux.Evaluation;
using Init.Linux.Loop;
using Init.Linux.Net;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Loading;

/// <summary>
/// Reads the ecosystem file again for the running server: a process of our own reads (it may block), the server interprets what came and
/// tells the supervisor. On any error nothing changes. Requests that come while a reading runs wait for one more, since the file may have changed
/// after its bytes were taken.
/// </summary>
sealed class Reload(InitHost host, RunLine line, string[] args, Inherited inherited) : IReload
{
    /// <summary>What a script may print, in a log line.</summary>
    const int MaxOutput = 4096;

    /// <summary>Beyond the time that evaluating a script may take.</summary>
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    readonly List<Action<ReloadOutcome>> _waiting = [];
    List<Action<ReloadOutcome>> _served = [];
    bool _isRunning;
    bool _isAskedAgain;

    /// <inheritdoc/>
    public void Begin(Action<ReloadOutcome>? done)
    {
        if (done is not null)
        {
            _waiting.Add(done);
        }

        if (_isRunning)
        {
            _isAskedAgain = true;
            return;
        }

        _served = [.. _waiting];
        _waiting.Clear();
        if (Refusal() is { } refusal)
        {
            Refuse([refusal]);
        }
    }

    /// <summary>Starts a reading.</summary>
    /// <returns>Why none was started; null when one runs.</returns>
    string? Refusal()
    {
        if (host.Supervisor.IsShuttingDown)
        {
            return "a shutdown is under way";
        }

        if (line.Word == "-")
        {
            return "the file came from standard input, which cannot be read again";
        }

        var (settings, wrong) = EvaluationSettings.Read(inherited.Variables());
        if (settings is null)
        {
            return wrong!.ToString();
        }

        var program = new FoundProgram(StageProgram.Path, ReadStage.Argv(inherited.ProgramName, args));
        var (reading, problem) = ConfigEvaluation.Start(host.Spawner, program, Clock.Now + settings.Limit + Margin, ConfigFiles.MaxAnswerBytes);
        if (reading is null)
        {
            return problem!.Detail;
        }

        _isRunning = true;
        reading.Finished = Finish;
        host.Watch(reading);
        return null;
    }

    void Finish(EvaluationEnd end)
    {
        _isRunning = false;
        if (end.Output.Length > 0)
        {
            host.Report(new LogEvent(EventName.Warning, LogLevel.Info, "while the file was read: " + end.Output[..Math.Min(end.Output.Length, MaxOutput)].TrimEnd()));
        }

        if (end.Stop != EvaluationStop.None || ConfigFiles.Parse(end.Answer) is not { } files)
        {
            Refuse([end.Stop switch
            {
                EvaluationStop.TimeLimit => "reading the file took too long and was ended",
                EvaluationStop.AnswerLimit => $"the file and what it names are larger than {ConfigFiles.MaxAnswerBytes >> 20} MiB together",
                _ => $"what read the file ended with {end.Status} and no answer",
            }]);
        }
        else
        {
            Interpret(ConfigLoader.Load(line, inherited, files));
        }

        if (_isAskedAgain)
        {
            _isAskedAgain = false;
            Begin(null);
        }
    }

    void Interpret(Loaded loaded)
    {
        foreach (var warning in loaded.Warnings)
        {
            host.Report(new LogEvent(EventName.Warning, LogLevel.Warn, warning));
        }

        if (loaded.Ecosystem is not { } ecosystem)
        {
            Refuse(loaded.Problems);
            return;
        }

        var change = host.Supervisor.ChangeTo(ecosystem);
        host.Tell(new SupervisorEvent.Reconfigure(ecosystem));
        Answer(new ReloadOutcome(change, ""));
    }

    void Refuse(List<string> problems)
    {
        foreach (var problem in problems)
        {
            host.Report(new LogEvent(EventName.ConfigRefused, LogLevel.Error, "the file is not applied: " + problem));
        }

        Answer(new ReloadOutcome(null, string.Join('\n', problems)));
    }

    void Answer(ReloadOutcome outcome)
    {
        var served = _served;
        _served = [];
        foreach (var done in served)
        {
            done(outcome);
        }
    }
}
