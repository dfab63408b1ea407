// Jobs and restarts by schedule, on the real clock: patterns of seconds, so that a test sees them in seconds. What clocks do in spring and autumn is
// in the tests of Init.Core, which have clocks of their own.
using System.Text.Json;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class CronTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int BadConfig = 78;

    static readonly Dictionary<string, string> Berlin = new() { ["TZ"] = "Europe/Berlin" };

    [RequiresFact]
    public void Job_RunsEachSecond_AndTellsItsZone()
    {
        var job = Worker("job", "print=ran code=0").With("autorestart", false).With("cron_restart", "* * * * * *");
        var pid1 = Start(new StartOptions { File = Of(job), Environment = Berlin });

        pid1.WaitMessage("ran", "job", 4);

        // One at boot, the others by the schedule, each a process of its own that was due before it was started.
        Assert.Equal(4, pid1.Events("worker_started", "job").Take(4).Select(e => e.Pid).Distinct().Count());
        var due = pid1.Events("schedule_due", "job").Take(3).ToList();
        Assert.All(due, e => Assert.Contains("(Europe/Berlin)", e.Message, StringComparison.Ordinal));
        var next = due.Select(e => DateTimeOffset.Parse(e.String("next_run")!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], next.Zip(next.Skip(1), (a, b) => b - a));
        Assert.All(due, e => Assert.InRange(e["timestamp"].GetDateTimeOffset().Millisecond, 0, 500));
    }

    [RequiresFact]
    public void Container_StaysForAJob_WhateverItsRunsComeTo()
    {
        var pid1 = Start(Worker("job", "code=3").With("autorestart", false).With("cron", "*/2 * * * * *").With("essential", true));

        pid1.WaitEvent("worker_failed", "job", 2);

        Assert.Contains("this run failed with code 3", pid1.WaitEvent("worker_failed", "job").Message, StringComparison.Ordinal);
        Assert.Equal(0, pid1.Client("health").Code);
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
    }

    [RequiresFact]
    public void RunThatTakesLonger_IsNotDoubled()
    {
        var pid1 = Start(Worker("job", "print=ran on-term=0").With("autorestart", false).With("cron_restart", "* * * * * *"));

        pid1.WaitEvent("schedule_skipped", "job", 2);

        Assert.Single(pid1.Events("worker_started", "job"));
    }

    [RequiresFact]
    public void Replace_StopsTheRunFirst_AndAllow_RunsBesideIt()
    {
        var replaced = Worker("replaced", "print=ran on-term=0").With("autorestart", false).With("cron_restart", "* * * * * *").With("concurrency_policy", "replace");
        var beside = Worker("beside", "print=ran on-term=0").With("autorestart", false).With("cron_restart", "* * * * * *").With("concurrency_policy", "allow").With("instances", 3);
        var pid1 = Start(replaced, beside);

        pid1.WaitEvent("worker_started", "replaced", 3);
        pid1.WaitEvent("worker_started", "beside", 3);
        pid1.WaitEvent("schedule_skipped", "beside");

        var order = pid1.Lines.Where(l => l.App == "replaced" && l.Event is "worker_started" or "worker_exited").Select(l => l.Event).Take(5);
        Assert.Equal(["worker_started", "worker_exited", "worker_started", "worker_exited", "worker_started"], order);
        Assert.Empty(pid1.Events("worker_exited", "beside"));
        Assert.Equal([0L, 1L, 2L], pid1.Events("worker_started", "beside").Select(e => e.Instance!.Value));
    }

    [RequiresFact]
    public void Service_IsRestarted_OneInstanceAfterAnother()
    {
        var pid1 = Start(Worker("api", "print=up on-term=0").With("instances", 2).With("cron_restart", "*/3 * * * * *"));

        var second = pid1.WaitEvent("worker_started", "api", 4);

        var stops = pid1.Events("worker_stopping", "api").Take(2).Select(e => e.Instance).ToList();
        Assert.Equal([0L, 1L], stops.Select(i => i!.Value));
        Assert.Equal(1, second.Instance);
        Assert.Equal(4, pid1.Events("worker_started", "api").Take(4).Select(e => e.Pid).Distinct().Count());
        var order = pid1.Lines.Where(l => l.App == "api" && l.Event is "worker_ready" or "worker_stopping").Select(l => $"{l.Event} {l.Instance}").ToList();
        Assert.True(order.IndexOf("worker_stopping 1") > order.LastIndexOf("worker_stopping 0", order.IndexOf("worker_stopping 1")), string.Join(", ", order));
        Assert.Equal("worker_ready 0", order[order.IndexOf("worker_stopping 1") - 1]);
    }

    [RequiresFact]
    public void List_TellsTheNextRun()
    {
        var pid1 = Start(Worker("job", "code=0").With("autorestart", false).With("cron_restart", "0 0 1 1 *"));
        pid1.WaitEvent("worker_done", "job");

        using var list = JsonDocument.Parse(pid1.Client("jlist").Output);

        var job = list.RootElement[0].GetProperty("pm2_env");
        Assert.Equal("stopped", job.GetProperty("status").GetString());
        Assert.Equal("0 0 1 1 *", job.GetProperty("cron_restart").GetString());
        var next = DateTimeOffset.FromUnixTimeMilliseconds(job.GetProperty("next_run").GetInt64());
        Assert.Equal(new DateTimeOffset(DateTimeOffset.UtcNow.Year + 1, 1, 1, 0, 0, 0, TimeSpan.Zero), next);
    }

    [RequiresTheory]
    [InlineData("61 * * * *", "minute, column 1: 61 is above 59")]
    [InlineData("CRON_TZ=UTC 0 0 30 2 *", "day of month, column 17: no month that is named has this day")]
    [InlineData("@reboot", "no macro \"@reboot\" is known")]
    public void BadPattern_StartsNothing(string pattern, string words)
    {
        var file = $$"""
            { "apps": [
                { "name": "job", "script": "{{Machine.TestWorker}}", "cron_restart": "{{pattern}}" } ] }
            """;

        var pid1 = Start(new StartOptions { File = file });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("ecosystem.json:2:", StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal));
        Assert.Empty(pid1.RawLines);
    }

    /// <summary>As in an image from scratch: TZ is set, and there is no zone to be found.</summary>
    [RequiresFact]
    public void ImageWithoutZones_IsSaidBeforeAnythingStarts()
    {
        var environment = new Dictionary<string, string> { ["TZ"] = "Europe/Berlin", ["TZDIR"] = "/nonexistent" };

        var pid1 = Start(new StartOptions { File = Of(Worker("job", "code=0").With("cron_restart", "@daily")), Environment = environment });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("this image has no time zones: /nonexistent is missing (from the variable TZ); install the package tzdata", StringComparison.Ordinal));
        Assert.Equal(0, Start(new StartOptions
        {
            File = Of(Worker("job", "code=0").With("cron_restart", "@daily").With("cron_timezone", "UTC").With("stop_exit_codes", 0)),
            Environment = environment,
        }).WaitExit());
    }

    [RequiresFact]
    public void Idle_NeverWakes_BetweenFires()
    {
        var pid1 = Start(new StartOptions { File = Of(Worker("api", "print=ready").With("cron_restart", "0 0 1 1 *")), Environment = Berlin });
        pid1.WaitMessage("ready");
        pid1.WaitEvent("worker_ready");
        Assert.Equal(0, pid1.Client("ping").Code);
        IdleTests.WaitAsleep(pid1);
        var before = IdleTests.Switches(pid1);
        Thread.Sleep(TimeSpan.FromSeconds(5)); // the measurement itself

        Assert.Equal(before, IdleTests.Switches(pid1));
        Assert.DoesNotContain(pid1.Events("warning"), e => e.Message.Contains("clock", StringComparison.Ordinal));
    }
}
