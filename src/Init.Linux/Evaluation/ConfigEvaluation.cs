using System.Text;
using Init.Core.Config.Evaluation;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Stage;

namespace Init.Linux.Evaluation;

/// <summary>
/// One runtime that evaluates one configuration file, in a session of its own: a child with the answer on descriptor 3 and what it prints
/// on a second pipe. It never blocks. Whoever runs it does four things: watches or reads the pipes, calls <see cref="OnDeadline"/>
/// at <see cref="Deadline"/>, and after the child's exit sweeps its session and calls <see cref="OnExit"/>, which ends it.
/// What can go wrong: anything the file does. A descendant that keeps a pipe open delays nothing: the exit of the child decides.
/// </summary>
public sealed class ConfigEvaluation : IDisposable
{
    /// <summary>Of what the file prints, this much is shown.</summary>
    const int MaxOutputBytes = 64 * 1024;

    readonly BoundedPipe _answer;
    readonly BoundedPipe _output;
    EvaluationStop _stop;

    ConfigEvaluation(int pid, Fd answer, Fd output, Instant deadline, int maxAnswerBytes)
    {
        Pid = pid;
        Deadline = deadline;
        _answer = new BoundedPipe(answer, maxAnswerBytes) { Changed = CheckAnswer };
        _output = new BoundedPipe(output, MaxOutputBytes);
    }

    /// <summary>The child, which leads its session.</summary>
    public int Pid { get; }

    /// <summary>When to call <see cref="OnDeadline"/>; Never once it is being ended.</summary>
    public Instant Deadline { get; private set; }

    /// <summary>How it ended; null while it runs.</summary>
    public EvaluationEnd? End { get; private set; }

    /// <summary>Told once, when <see cref="End"/> is there.</summary>
    public Action<EvaluationEnd>? Finished { get; set; }

    /// <summary>The descriptors that become readable.</summary>
    public (int Answer, int Output) Descriptors => (_answer.IsEnded ? -1 : _answer.Number, _output.IsEnded ? -1 : _output.Number);

    /// <summary>Starts a runtime.</summary>
    /// <returns>A running evaluation, or a problem; exactly one is not null.</returns>
    public static (ConfigEvaluation? Evaluation, SpawnProblem? Problem) Start(
        Spawner spawner, FoundProgram program, Instant deadline, int maxAnswerBytes = EvaluationSettings.MaxAnswerBytes)
    {
        if (WorkerPipe.TryMake() is not { } answer)
        {
            return (null, Spawner.PipeProblem());
        }

        if (WorkerPipe.TryMake() is not { } output)
        {
            var problem = Spawner.PipeProblem();
            answer.DisposeBoth();
            return (null, problem);
        }

        var errno = spawner.Launch(program, output, answer, out var pid);
        answer.Write.Dispose();
        output.Write.Dispose();
        if (errno == 0)
        {
            return (new ConfigEvaluation(pid, answer.Read, output.Read, deadline, maxAnswerBytes), null);
        }

        answer.Read.Dispose();
        output.Read.Dispose();
        return (null, Spawner.ExecProblem(program.Path, errno));
    }

    /// <summary>Reads both pipes in a loop from now on.</summary>
    public void Watch(EventLoop loop)
    {
        _answer.Watch(loop);
        _output.Watch(loop);
    }

    /// <summary>Takes what is in the pipes now.</summary>
    public void Read()
    {
        _answer.Read();
        _output.Read();
        CheckAnswer();
    }

    /// <summary>The time is over.</summary>
    public void OnDeadline() => Stop(EvaluationStop.TimeLimit);

    /// <summary>Kills the child with its whole tree; the exit follows. Only the first reason counts.</summary>
    public void Stop(EvaluationStop why)
    {
        if (_stop == EvaluationStop.None && End is null)
        {
            _stop = why;
            Deadline = Instant.Never;
            _ = ProcessTree.Kill(Pid);
        }
    }

    /// <summary>The child has ended, and nothing of its session lives.</summary>
    public void OnExit(ExitStatus status)
    {
        if (End is not null)
        {
            return;
        }

        _answer.Read();
        _output.Read();
        Deadline = Instant.Never;
        End = new EvaluationEnd
        {
            Answer = _answer.Bytes,
            Output = Encoding.UTF8.GetString(_output.Bytes) + (_output.IsOverLimit ? "\n(more was printed)\n" : ""),
            Status = status,
            Stop = _stop == EvaluationStop.None && _answer.IsOverLimit ? EvaluationStop.AnswerLimit : _stop,
        };
        _answer.Dispose();
        _output.Dispose();
        Finished?.Invoke(End);
    }

    /// <summary>Closes the pipes. A child that still runs is killed; its exit belongs to whoever reaps.</summary>
    public void Dispose()
    {
        Stop(EvaluationStop.Signal);
        _answer.Dispose();
        _output.Dispose();
    }

    void CheckAnswer()
    {
        if (_answer.IsOverLimit)
        {
            Stop(EvaluationStop.AnswerLimit);
        }
    }
}
