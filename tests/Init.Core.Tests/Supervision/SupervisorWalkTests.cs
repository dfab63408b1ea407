using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Schedules;
using Init.Core.Supervision;
using Init.Core.Tests.Schedules;
using Init.Core.Watch;

namespace Init.Core.Tests.Supervision;

/// <summary>
/// Random lives of whole ecosystems: crashes, operators, signals and spawn failures at any moment, and then a SIGTERM. World checks every
/// effect; here stands what must hold of the whole.
/// </summary>
public class SupervisorWalkTests
{
    const int Walks = 600;

    /// <summary>Half of the apps have one.</summary>
    static readonly Schedule?[] Schedules =
        [null, null, null, ScheduleTests.Of("* * * * * *", "UTC"), ScheduleTests.Of("*/3 * * * * *", "UTC"), ScheduleTests.Of("0 * * * *", "Europe/Berlin")];

    static readonly ReadyWhen[] ReadyKinds = [ReadyWhen.Running, ReadyWhen.Running, new(ReadyKind.Notify), new(ReadyKind.Listening), new(ReadyKind.Listening) { IsAssumed = true }];

    static readonly DateTime Noon = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void AnyLife_EndsAfterSigterm_WithExactlyOneExit()
    {
        var endings = new Dictionary<string, int>();
        for (var seed = 0; seed < Walks; seed++)
        {
            try
            {
                var ending = Live(seed, out var recycled);
                endings[ending] = endings.GetValueOrDefault(ending) + 1;
                endings["recycled"] = endings.GetValueOrDefault("recycled") + recycled;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }

        // A walk that never meets a case proves nothing about it.
        Assert.All(["no app left", "essential", "orderly", "killed", "recycled"], ending => Assert.True(endings.GetValueOrDefault(ending) > 10, ending));
    }

    static string Live(int seed, out int recycled)
    {
        recycled = 0;
        var random = new Lcg(seed);
        var hasCircles = random.Below(4) == 0;
        var world = new World(AnyEcosystem(random, isReversed: false)) { ChecksStopOrder = !hasCircles };
        world.SpawnFate = () => random.Below(25) == 0 ? ((SpawnStage)random.Below(5), random.Below(14)) : null;
        world.MemoryOf = _ => random.Below(110);
        var limit = random.Below(2) * 120;
        world.ContainerMemory = () => new SupervisorEvent.MemoryRead(random.Below(130), limit, random.Below(2) == 0);
        world.DisconnectFate = () => random.Below(3) == 0;
        world.Listens = _ => random.Below(3) == 0;
        world.CheckFate = _ => (random.Below(3) != 0, random.Below(2) == 0 ? null : "500");
        world.Begin();
        var clock = WallClock.Of(world.Now, Noon);
        world.Step(new SupervisorEvent.ClockSet(clock));
        var stopped = new HashSet<WorkerId>();
        world.Stepping = e => Note(stopped, world, e);
        for (var i = random.Below(120); i > 0 && world.ExitCode is null; i--)
        {
            LiveOn(world, random, ref clock, hasCircles);
            Assert.DoesNotContain(world.Supervisor.Snapshot().Workers, w => stopped.Contains(w.Worker) && w.Goal == Goal.Up && !w.IsBeside);
        }

        recycled = world.Effects.OfType<Effect.Report>().Count(r => r.Event is { Name: EventName.MemoryGuard, Worker: not null });
        if (world.ExitCode is not null)
        {
            CheckEnd(world);
            if (world.Effects.OfType<Effect.Report>().Any(r => r.Event.Name == EventName.ShutdownStarted))
            {
                return "essential";
            }

            Assert.DoesNotContain(world.Supervisor.Ecosystem.Apps, app => app.IsJob);
            return "no app left";
        }

        var wasShuttingDown = world.Supervisor.IsShuttingDown;
        world.Signal(random.Below(2) == 0 ? Signal.Term : Signal.Int);
        var neededKill = EndAll(world, random);
        CheckEnd(world);
        if (wasShuttingDown)
        {
            return "essential";
        }

        Assert.Equal(neededKill ? 137 : 0, world.ExitCode);
        return neededKill ? "killed" : "orderly";
    }

    /// <summary>What an operator has stopped, and nobody has asked for since: no reload that runs may start it. Schedules and changed files may.</summary>
    static void Note(HashSet<WorkerId> stopped, World world, SupervisorEvent e)
    {
        switch (e)
        {
            case SupervisorEvent.ToWorker { Event: WorkerEvent.Stop } to when world.Supervisor.Knows(to.Worker) && world.Supervisor.SpecOf(to.Worker) is { Schedule: null, Watch.IsOn: false }:
                stopped.Add(to.Worker);
                break;
            case SupervisorEvent.ToWorker { Event: WorkerEvent.Start or WorkerEvent.Restart } to:
                stopped.Remove(to.Worker);
                break;
            case SupervisorEvent.Reload or SupervisorEvent.Operate or SupervisorEvent.Reconfigure or SupervisorEvent.Scale:
                stopped.Clear();
                break;
        }
    }

    /// <param name="random">Of this walk.</param>
    /// <param name="isReversed">Apps depend on those with higher numbers, not on those with lower ones: what leaves and what comes may then form circles.</param>
    static Ecosystem AnyEcosystem(Lcg random, bool isReversed)
    {
        var apps = new List<AppSpec>();
        for (var i = 1 + random.Below(4); i > 0; i--)
        {
            apps.Add(Specs.Named($"app{i}", 1 + random.Below(3)) with
            {
                AutoRestart = random.Below(4) != 0,
                MaxRestarts = random.Below(4),
                RestartDelay = Specs.Ms(random.Below(3) * 400),
                ExpBackoffRestartDelay = Specs.Ms(random.Below(2) * 100),
                StopExitCodes = random.Below(3) == 0 ? [0] : [],
                KillTimeout = Specs.Ms(random.Below(3000)),
                KillSignal = random.Below(2) == 0 ? Signal.Term : Signal.Int,
                ShutdownWithMessage = random.Below(4) == 0,
                Essential = random.Below(6) == 0,
                MaxMemoryBytes = random.Below(3) == 0 ? 100 : null,
                ReadyWhen = ReadyKinds[random.Below(ReadyKinds.Length)],
                HealthCheck = random.Below(3) == 0 ? AnyCheck(random) : null,
                ListenTimeout = Specs.Ms(1 + random.Below(2000)),
                Cwd = random.Below(2) == 0 ? null : "/",
                Schedule = Schedules[random.Below(Schedules.Length)],
                Concurrency = (ConcurrencyPolicy)random.Below(3),
                IsTask = random.Below(5) == 0,
                Watchdog = Specs.Ms(random.Below(3) == 0 ? 1 + random.Below(2000) : 0),
                EssentialOnFailure = random.Below(6) == 0,
                AutoStart = random.Below(6) != 0,
                Cluster = (ClusterMode)random.Below(2),
                MaxSurge = new Surge(1 + random.Below(3), false),
                ReloadRollback = random.Below(3) == 0,
                Watch = random.Below(3) == 0 ? new WatchSpec { Paths = ["."], Delay = Specs.Ms(random.Below(3) * 150) } : WatchSpec.None,
                ShutdownDelay = random.Below(3) switch { 0 => null, 1 => TimeSpan.Zero, _ => Specs.Ms(random.Below(1500)) },
            });
        }

        for (var i = 0; i < apps.Count; i++)
        {
            var others = apps.Where(app => string.CompareOrdinal(app.Name, apps[i].Name) * (isReversed ? -1 : 1) < 0).Select(app => app.Name).ToList();
            apps[i] = apps[i] with { ReadyWhen = apps[i].IsTask ? ReadyWhen.Running : apps[i].HealthCheck is not null && random.Below(2) == 0 ? new ReadyWhen(ReadyKind.HealthCheck) : apps[i].ReadyWhen, DependsOn = [.. others.Where(_ => random.Below(3) == 0).Select(name => new Dependency(name, (DependencyCondition)random.Below(3)))] };
        }

        return Specs.Of([.. apps]) with
        {
            Settings = new GlobalSettings
            {
                ShutdownTimeout = random.Below(2) == 0 ? null : Specs.Ms(random.Below(2500)),
                ShutdownDelay = Specs.Ms(random.Below(3) * 300),
                MemoryGuard = new MemoryGuardSettings { Enabled = random.Below(3) != 0, AtPercent = 50 + random.Below(50), Cooldown = Specs.Ms(random.Below(3000)) },
            },
        };
    }

    static HealthCheck AnyCheck(Lcg random) => new()
    {
        Kind = ProbeKind.Tcp,
        Port = 1 + random.Below(3),
        Interval = Specs.Ms(1 + random.Below(800)),
        Timeout = Specs.Ms(1 + random.Below(800)),
        Retries = 1 + random.Below(3),
        StartPeriod = Specs.Ms(random.Below(2) * 500),
        Action = (HealthAction)random.Below(2),
    };

    static void LiveOn(World world, Lcg random, ref WallClock clock, bool hasCircles)
    {
        switch (random.Below(10))
        {
            case 0 or 1:
                world.After(random.Below(2500));
                break;
            case 3 when world.Alive.Count > 0 && random.Below(4) == 0:
                world.Move(AnyProcess(world, random).Pid);
                break;
            case 2 or 3 when world.Alive.Count > 0:
                world.End(AnyProcess(world, random).Pid, AnyStatus(random));
                break;
            case 4:
                world.Signal(AnySignal(random));
                break;
            case 5 when world.Alive.Count > 0:
                var process = AnyProcess(world, random);
                var stale = process.Incarnation - random.Below(2);
                world.Step(new SupervisorEvent.ToWorker(process.Worker, random.Below(6) switch
                {
                    5 => new WorkerEvent.Disconnected(stale),
                    0 or 3 => new WorkerEvent.ReadyReceived(stale),
                    4 => new WorkerEvent.StoppingItself(stale),
                    1 => new WorkerEvent.ProbeFailed(stale),
                    _ => new WorkerEvent.MemoryOver(stale),
                }));
                break;
            case 6 when world.Checks.Count > 0 && random.Below(2) == 0:
                world.Answer(world.Checks.Keys.ElementAt(random.Below(world.Checks.Count)), random.Below(2) == 0 ? null : "500");
                break;
            case 6:
                Operate(world, random);
                break;
            case 9 when random.Below(2) == 0:
                world.Step(new SupervisorEvent.MemoryNotice());
                break;
            case 8 when random.Below(3) == 0:
                clock = WallClock.Of(world.Now, Noon.AddSeconds(random.Below(7200)));
                world.Step(new SupervisorEvent.ClockSet(clock));
                break;
            case 7 when random.Below(3) == 0:
                world.Step(new SupervisorEvent.Reconfigure(AnyEcosystem(random, hasCircles && random.Below(2) == 0)));
                break;
            case 9 when random.Below(2) == 0:
                world.Step(new SupervisorEvent.FilesChanged($"app{1 + random.Below(4)}", "/app/x.js", 1 + random.Below(3)));
                break;
            default:
                world.Step(new SupervisorEvent.Tick());
                break;
        }

        CheckWhole(world, clock);
    }

    static void Operate(World world, Lcg random)
    {
        var workers = world.Supervisor.Snapshot().Workers;
        if (random.Below(4) == 0)
        {
            world.Step(new SupervisorEvent.Scale($"app{1 + random.Below(5)}", 1 + random.Below(4)));
            return;
        }

        if (random.Below(4) == 0)
        {
            world.Step(new SupervisorEvent.Reload([.. workers.Where(_ => random.Below(2) == 0).Select(w => w.Worker)]));
            return;
        }

        if (random.Below(3) == 0)
        {
            world.Step(new SupervisorEvent.Operate((Operation)random.Below(3), [.. workers.Where(w => !w.IsBeside && random.Below(3) != 0).Select(w => w.Worker)]));
            return;
        }

        WorkerEvent e = random.Below(7) switch
        {
            6 => new WorkerEvent.Reset(),
            0 => new WorkerEvent.Stop(),
            1 or 2 => new WorkerEvent.Start(),
            3 or 4 => new WorkerEvent.Restart(),
            _ => new WorkerEvent.Hurry(),
        };
        world.Step(new SupervisorEvent.ToWorker(workers[random.Below(workers.Length)].Worker, e));
    }

    /// <summary>Asked processes end or not, killed ones end sooner or later; others may come to think of it themselves.</summary>
    /// <returns>True when one ended by our SIGKILL.</returns>
    static bool EndAll(World world, Lcg random)
    {
        var neededKill = false;
        var isStubborn = random.Below(3) == 0;
        for (var turn = 0; world.ExitCode is null; turn++)
        {
            Assert.True(turn < 2000, "the shutdown does not end");
            world.After(random.Below(700));
            foreach (var process in world.Alive.ToList())
            {
                if (process.IsKilled && random.Below(4) == 0)
                {
                    neededKill = true;
                    world.End(process.Pid, ExitStatus.Signalled(9));
                }
                else if (random.Below(20) == 0)
                {
                    world.Move(process.Pid);
                }
                else if (!process.IsKilled && (process.IsAsked || random.Below(20) == 0) && !isStubborn)
                {
                    world.End(process.Pid, AnyStatus(random));
                }
            }

            if (random.Below(40) == 0)
            {
                world.Signal(AnySignal(random));
            }
        }

        return neededKill;
    }

    static void CheckWhole(World world, WallClock clock)
    {
        var snapshot = world.Supervisor.Snapshot();
        Assert.DoesNotContain(snapshot.Workers, w => w.Phase == Phase.Held && (w.WaitingFor.IsEmpty || w.Goal != Goal.Up || snapshot.IsShuttingDown || w.IsLeaving));
        Assert.DoesNotContain(snapshot.Workers, w => w.Phase == Phase.Held && w.WaitingFor.Any(d => snapshot.Workers.Any(o => o.Worker.App == d.App && o.Phase == Phase.Failed && !o.IsLeaving)));
        var deadline = snapshot.Workers.Aggregate(Instant.Never, (min, w) => Instant.Min(min, w.State.Deadline));
        foreach (var worker in snapshot.Workers)
        {
            deadline = worker.NextRun is { } next ? Instant.Min(deadline, clock.InstantOf(next)) : deadline;
        }

        Assert.True(world.Supervisor.NextDeadline <= deadline, "no deadline is slept over");
        var isChecked = snapshot.Workers.Any(w => w.Health is not null);
        Assert.All(world.Checks.Keys, check => Assert.Contains(snapshot.Workers, w => w.Worker == check.Worker && w.State.Incarnation == check.Incarnation && w.Goal == Goal.Up && w.Pid != 0 && w.Phase is Phase.Ready or Phase.Starting));
        Assert.DoesNotContain(snapshot.Workers, w => w.Health is { IsUnwell: true } && w.IsFine && !w.IsLeaving && !w.Spec.IsTask && !w.Spec.IsJob);
        var isMeasured = isChecked || snapshot.Workers.Any(w => (w.Spec.MaxMemoryBytes is not null && w.Pid != 0) || (w.Spec.ReadyWhen.Kind == ReadyKind.Listening && w.Phase == Phase.Starting && w.Pid != 0));
        var isChanged = world.LastChange is { } change && world.Now <= change + Specs.Ms(300);
        Assert.True(snapshot.IsShuttingDown || isMeasured || isChanged || world.Supervisor.Ecosystem.Settings.MemoryGuard.Enabled || world.Supervisor.NextDeadline == deadline, "no wake-up without a deadline");
        Assert.Equal(world.Alive.Select(process => process.Pid).Order(), snapshot.Workers.Where(w => w.Pid != 0).Select(w => w.Pid).Order());
        Assert.True(!snapshot.IsReady || snapshot.Workers.All(w => w.Phase == Phase.Ready || w.State.EndedByPlan || w.IsLeaving || w.Spec.IsTask || w.Spec.IsJob || !w.Spec.AutoStart));
        Assert.Equal(snapshot.Workers.Count(w => !w.IsBeside), snapshot.Workers.Where(w => !w.IsBeside).Select(w => w.Id).Distinct().Count());
        Assert.DoesNotContain(snapshot.Workers, w => w.IsLeaving && w.Goal == Goal.Up && !w.IsBeside);
        CheckReloads(snapshot);
        Assert.Equal(snapshot.IsShuttingDown ? [] : snapshot.Workers.Where(w => !w.IsLeaving && world.Supervisor.Ecosystem.Apps.Single(app => app.Name == w.Worker.App).Watch.IsOn && w.State.Incarnation != 0).Select(w => w.Worker.App).Distinct().Order(),
            world.Watched.Keys.Order());
        var awaitsChange = !snapshot.IsShuttingDown && snapshot.Workers.Any(w => world.Watched.ContainsKey(w.Worker.App) && !w.IsLeaving
            && (w.Phase == Phase.Failed || (w.Phase == Phase.Down && w.State.EndedByPlan && !w.Spec.IsJob)));
        var hasJobs = world.Supervisor.Ecosystem.Apps.Any(app => app.IsJob || (app.Schedule is not null && !app.AutoStart)) && !snapshot.IsShuttingDown;
        Assert.Equal(world.ExitCode is null, hasJobs || awaitsChange || snapshot.Workers.Any(w => w.Phase is not (Phase.Down or Phase.Failed)));
    }

    /// <summary>A worker has a second process only while a reload has to do with it, and one that serves loses its place to nobody who does not.</summary>
    static void CheckReloads(StatusSnapshot snapshot)
    {
        foreach (var beside in snapshot.Workers.Where(w => w.IsBeside))
        {
            var worker = Assert.Single(snapshot.Workers, w => w.Worker == beside.Worker && !w.IsBeside);
            Assert.True(snapshot.IsShuttingDown || worker.IsReplacing, "a second process without a reload");
            Assert.True(beside.State.IsTrial || beside.Goal == Goal.Down, "who has been replaced goes");
        }

        Assert.DoesNotContain(snapshot.Workers, w => w.State.IsTrial && !w.IsBeside);
        Assert.DoesNotContain(snapshot.Workers, w => w.IsReplacing && snapshot.IsShuttingDown);
        foreach (var processes in snapshot.Workers.GroupBy(w => w.Worker))
        {
            Assert.Equal(processes.Count(), processes.Select(w => w.State.Incarnation).Distinct().Count());
        }
    }

    static void CheckEnd(World world)
    {
        Assert.Single(world.Effects.OfType<Effect.Exit>());
        Assert.IsType<Effect.Exit>(world.Effects[^1]);
        Assert.DoesNotContain(world.Effects.OfType<Effect.Report>(), report => report.Event.Name == EventName.InternalError);
        Assert.Empty(world.Alive);
    }

    static World.Process AnyProcess(World world, Lcg random) => world.Alive.ElementAt(random.Below(world.Alive.Count));

    static ExitStatus AnyStatus(Lcg random) =>
        random.Below(4) == 0 ? ExitStatus.Signalled(15) : ExitStatus.Exited(random.Below(3));

    static Signal AnySignal(Lcg random) => random.Below(4) switch
    {
        0 => Signal.Usr1,
        1 => Signal.Hup,
        2 => Signal.Usr2,
        _ => Signal.Winch,
    };
}
