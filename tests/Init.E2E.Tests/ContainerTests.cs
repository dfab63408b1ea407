// Real containers from scratch: one static binary, no shell, no libc, nobody's uid, read-only, no capabilities, 32 MB of memory.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class ContainerTests(Engine engine, ITestOutputHelper output) : IClassFixture<Engine>
{
    static readonly string[] Hardened =
        ["--user", "65532:65532", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "-m", "32m"];

    [RequiresFact(Needs.Engine)]
    public void Container_RunsAndStops_WhenHardened()
    {
        var name = engine.Start("""{ apps: [ { name: 'api', script: '/testworker print=ready on-term=0', instances: 2 } ] }""", Hardened);

        engine.WaitLine(name, line => line is { App: "api", Message: "ready", Event: null });
        Assert.Contains(engine.Lines(name), line => line is { Event: "started", Pid: 1 });
        var list = engine.Must("exec", name, "/pminit", "ls");
        Assert.Equal(2, list.Output.Split('\n').Count(line => line.Contains("online", StringComparison.Ordinal)));
        Assert.Equal(0, engine.Docker("exec", name, "/pminit", "health").Code);

        engine.Must("stop", "-t", "10", name);

        output.WriteLine(engine.Must("logs", name).Output);
        Assert.Equal("0", engine.Inspect(name, "{{.State.ExitCode}}"));
        Assert.Contains(engine.Lines(name), line => line.Event == "shutdown_finished");
    }

    [RequiresFact(Needs.Engine)]
    public void Healthcheck_TellsTheTruth()
    {
        var good = engine.Start("""{ name: 'api', script: '/testworker print=ready on-term=0' }""");
        var bad = engine.Start("""{ name: 'api', script: '/testworker code=1', max_restarts: 100000, restart_delay: 100 }""");

        Assert.True(Limits.Poll(() => engine.Inspect(good, "{{.State.Health.Status}}") == "healthy"), "never healthy");
        Assert.True(Limits.Poll(() => engine.Inspect(bad, "{{.State.Health.Status}}") == "unhealthy"), "never unhealthy");
    }

    [RequiresFact(Needs.Engine)]
    public void Stop_Is137_WhenAWorkerIgnoresIt()
    {
        var name = engine.Start("""{ name: 'api', script: '/testworker ignore=TERM print=ready', kill_timeout: 300 }""");
        engine.WaitLine(name, line => line.Message == "ready" && line.Event is null);

        engine.Must("stop", "-t", "10", name);

        Assert.Equal("137", engine.Inspect(name, "{{.State.ExitCode}}"));
        Assert.Contains(engine.Lines(name), line => line.Event == "worker_killed");
    }

    [RequiresFact(Needs.Engine)]
    public void Container_EndsWithTheEssentialAppsCode()
    {
        var name = engine.Start("""
            { apps: [ { name: 'api', script: '/testworker code=7', autorestart: false, essential: true }, { name: 'side', script: '/testworker on-term=0' } ] }
            """);

        Assert.Equal("7", engine.Must("wait", name).Output.Trim());
    }

    [RequiresFact(Needs.Engine)]
    public void Container_FailsWith78_AndStartsNothing_WhenTheFileIsBad()
    {
        var name = engine.Start("""{ apps: [ { name: 'api', scrpt: '/testworker' } ] }""");

        Assert.Equal("78", engine.Must("wait", name).Output.Trim());
        Assert.Contains("did you mean \"script\"", engine.Must("logs", name).Errors, StringComparison.Ordinal);
    }
}
