using System.Text;
using Init.Core.Config.Evaluation;
using Init.Core.Model;
using Init.Linux.Evaluation;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Evaluation;

/// <summary>An evaluation in a loop, as the running server would have it; shells stand for runtimes.</summary>
public sealed class ConfigEvaluationTests : IDisposable
{
    readonly EventLoop _loop = new();
    readonly Spawner _spawner = new(Inherited.FromRuntime([]));

    public void Dispose()
    {
        _spawner.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void End_HoldsAnswerAndOutput_WithoutBlocking()
    {
        var end = Finish("printf 'ok\\n{}' >&3; echo out; echo err >&2; ls -1 /proc/self/fd | wc -l; exit 3");
        Assert.Equal("ok\n{}", Encoding.UTF8.GetString(end.Answer));
        Assert.Equal("out\nerr\n5\n", end.Output); // 0, 1, 2, 3, and the folder that ls reads
        Assert.Equal((ExitStatus.Exited(3), EvaluationStop.None), (end.Status, end.Stop));
    }

    [Fact]
    public void Child_StartsClean()
    {
        var end = Finish("grep -E '^Sig(Blk|Ign)' /proc/self/status; ps -o sid= -p $$ | tr -d ' ' | grep -qx $$ && echo leader");
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nleader\n", end.Output);
    }

    [Fact]
    public void Deadline_KillsTheTree()
    {
        var end = Finish("sleep 1000 & echo $!; wait", at => at.OnDeadline(), whenOutput: true);
        Assert.Equal((ExitStatus.Signalled(9), EvaluationStop.TimeLimit), (end.Status, end.Stop));
        var below = int.Parse(end.Output, System.Globalization.CultureInfo.InvariantCulture);
        Bounded.Until(() => ProcFile.Stat(below) is null or { State: 'Z' });
    }

    [Fact]
    public void Answer_IsBounded()
    {
        var end = Finish("yes >&3");
        Assert.Equal(EvaluationStop.AnswerLimit, end.Stop);
        Assert.Equal(EvaluationSettings.MaxAnswerBytes, end.Answer.Length);
    }

    [Fact]
    public void Output_IsBounded_AndNeverStallsTheChild()
    {
        var end = Finish("yes | head -c 1000000; printf ok >&3");
        Assert.Equal("ok", Encoding.UTF8.GetString(end.Answer));
        Assert.InRange(end.Output.Length, 64 * 1024, 66 * 1024);
        Assert.EndsWith("(more was printed)\n", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_IsToldWhenTheRuntimeCannotBeExecuted()
    {
        var (evaluation, problem) = ConfigEvaluation.Start(_spawner, new FoundProgram("/proc/version", ["x"]), Instant.Never);
        Assert.Null(evaluation);
        Assert.Contains("/proc/version", problem!.Detail);
    }

    EvaluationEnd Finish(string script, Action<ConfigEvaluation>? then = null, bool whenOutput = false)
    {
        var (evaluation, _) = ConfigEvaluation.Start(_spawner, new FoundProgram("/bin/sh", ["sh", "-c", script]), Clock.Now + Bounded.Patience);
        using var owned = evaluation!;
        EvaluationEnd? told = null;
        owned.Finished = end => told = end;
        owned.Watch(_loop);
        if (whenOutput)
        {
            Assert.True(Bounded.Poll(owned.Descriptors.Output));
            Bounded.Turn(_loop);
        }

        then?.Invoke(owned);
        Bounded.TurnUntil(_loop, () => HasEnded(owned), () => { });
        Assert.Same(told, owned.End);
        return told!;
    }

    /// <summary>What the server's reaper would do: look for the exit, and pass it on.</summary>
    static unsafe bool HasEnded(ConfigEvaluation evaluation)
    {
        Libc.siginfo_t info = default;
        Assert.Equal(0, Libc.waitid(Libc.P_PID, (uint)evaluation.Pid, &info, Libc.WEXITED | Libc.WNOHANG));
        if (info.si_pid == 0)
        {
            return false;
        }

        evaluation.OnExit(info.si_code == Libc.CLD_EXITED ? ExitStatus.Exited(info.si_status) : ExitStatus.Signalled(info.si_status));
        return true;
    }
}
