// User, groups, limits and the like: what the worker's own /proc says, the refusals before anything starts, and what is said when the stage
// between spawn and exec fails. cat(1) and sh show what they were given; they change none of it.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ProcessSettingsTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int BadConfig = 78;
    const string Nothing = "0000000000000000";

    /// <summary>Puts an /etc/passwd and /etc/group of its own into the namespace, then executes what follows.</summary>
    static readonly string[] Accounts =
    [
        "sh", "-c",
        """
        printf 'root:x:0:0:root:/root:/bin/sh\nada:x:4711:4712:Ada:/home/ada:/bin/sh\n' >passwd
        printf 'root:x:0:\nada:x:4712:\naudio:x:4713:bob,ada\nvideo:x:4714:bob\ncdrom:x:4715:ada\n' >group
        mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec "$@"
        """,
        "sh",
    ];

    /// <summary>pminit as somebody without any right.</summary>
    static readonly string[] Nobody = ["setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups"];

    public static TheoryData<string, string, string> Identities => new()
    {
        { "\"uid\": \"ada\"", "4711 4712", "4712 4713 4715" },
        { "\"uid\": 4711", "4711 4712", "4712 4713 4715" },
        { "\"user\": \"4711\"", "4711 4712", "4712 4713 4715" },
        { "\"uid\": \"ada:video\"", "4711 4714", "4713 4714 4715" },
        { "\"uid\": \"ada\", \"gid\": 0", "4711 0", "0 4713 4715" },
        { "\"uid\": 1234", "1234 1234", "1234" },
        { "\"uid\": \"1234:1000\"", "1234 1000", "1000" },
        { "\"uid\": \"1234:0\"", "1234 0", "0" },
        { "\"uid\": \"ada\", \"groups\": []", "4711 4712", "" },
        { "\"uid\": \"ada\", \"groups\": [\"video\", 77]", "4711 4712", "77 4714" },
        { "\"groups\": \"audio,video\"", "0 0", "4713 4714" },
        { "\"gid\": \"audio\", \"groups\": []", "0 4713", "" },
    };

    [RequiresTheory(Needs.Root)]
    [MemberData(nameof(Identities))]
    public void Identity_IsTheOneAsked(string fields, string ids, string groups)
    {
        var status = StatusOf(fields, Accounts);

        var words = ids.Split(' ');
        Assert.Equal($"Uid:\t{words[0]}\t{words[0]}\t{words[0]}\t{words[0]}", Line(status, "Uid:"));
        Assert.Equal($"Gid:\t{words[1]}\t{words[1]}\t{words[1]}\t{words[1]}", Line(status, "Gid:"));
        Assert.Equal(groups, Line(status, "Groups:")["Groups:".Length..].Trim());
        if (words[0] != "0")
        {
            Assert.Equal($"CapEff:\t{Nothing}", Line(status, "CapEff:"));
            Assert.Equal($"CapPrm:\t{Nothing}", Line(status, "CapPrm:"));
            Assert.Equal($"CapAmb:\t{Nothing}", Line(status, "CapAmb:"));
        }
    }

    [RequiresTheory(Needs.Root)]
    [InlineData("\"uid\": \"ada\"", "/home/ada ada ada")]
    [InlineData("\"uid\": 4711", "/home/ada ada ada")]
    [InlineData("\"uid\": \"ada\", \"env\": {\"HOME\": \"/tmp/mine\"}", "/tmp/mine ada ada")]
    [InlineData("\"uid\": \"ada\", \"filter_env\": true", "/home/ada ada ada")]
    [InlineData("\"uid\": 1234", "/ none none")]
    [InlineData("\"uid\": \"root\"", "/root root root")]
    public void Home_FollowsTheUser(string fields, string expected)
    {
        var pid1 = Start(new StartOptions { File = One("/bin/sh", ["-c", "echo \"home $HOME $${USER-none} $${LOGNAME-none}\""], fields), Before = Accounts });

        pid1.WaitMessage("home " + expected, "app");
    }

    [RequiresFact(Needs.Root)]
    public void StateIsClean_AfterTheStage()
    {
        var status = StatusOf("\"uid\": 1234, \"umask\": \"027\", \"no_new_privs\": true", []);

        Assert.Equal($"SigBlk:\t{Nothing}", Line(status, "SigBlk:"));
        Assert.Equal($"SigIgn:\t{Nothing}", Line(status, "SigIgn:"));
        Assert.Equal($"SigCgt:\t{Nothing}", Line(status, "SigCgt:"));
        Assert.Equal($"SigPnd:\t{Nothing}", Line(status, "SigPnd:"));
        Assert.Equal("Umask:\t0027", Line(status, "Umask:"));
        Assert.Equal("NoNewPrivs:\t1", Line(status, "NoNewPrivs:"));
        Assert.Equal("Threads:\t1", Line(status, "Threads:"));
    }

    [RequiresFact]
    public void Descriptors_AreThree_AfterTheStage()
    {
        var pid1 = Start(new StartOptions { File = One("/bin/ls", ["-l", "/proc/self/fd"], "\"umask\": \"077\"") });

        pid1.WaitEvent("worker_exited", "app");
        var links = pid1.Output("app").Select(l => l.Message).Where(m => m.Contains("->", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, links.Count); // and the folder that ls itself reads
        Assert.EndsWith(" 0 -> /dev/null", links[0]);
        Assert.Contains(" 1 -> pipe:", links[1], StringComparison.Ordinal);
        Assert.Contains(" 2 -> pipe:", links[2], StringComparison.Ordinal);
        Assert.Contains("/fd", links[3], StringComparison.Ordinal);
    }

    [RequiresFact]
    public void ArgvEnvironmentAndSession_AreAsWithoutTheStage()
    {
        string[] odd = ["", "two words", "žluťoučký", "-x", "$HOME", "new\nline"];
        var print = "for a in \"$0\" \"$@\"; do printf '<%s>' \"$a\"; done; echo; env | sort | grep -v ^pm_id; cut -d' ' -f5-6 /proc/self/stat | tr ' ' '\\n' | grep -cx $$";
        JsonObject With(string name) => App(name, "/bin/sh", ["-c", print, "zero", .. odd]).With("autorestart", false).With("env", new JsonObject { ["A"] = "b\nc" });
        var pid1 = Start(new StartOptions
        {
            File = Of(With("plain"), With("staged").With("umask", "022")),
            Environment = new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["KEPT"] = "1" },
        });

        pid1.WaitEvent("worker_exited", "plain");
        pid1.WaitEvent("worker_exited", "staged");
        var plain = pid1.Output("plain").Select(l => l.Message).ToList();
        var staged = pid1.Output("staged").Select(l => l.Message.Replace("PMINIT_APP=staged", "PMINIT_APP=plain", StringComparison.Ordinal).Replace("PMINIT_WORKER=staged", "PMINIT_WORKER=plain", StringComparison.Ordinal)).ToList();
        Assert.Contains("DOTNET_gcServer=1", plain);
        Assert.Equal("2", plain[^1]);
        Assert.Equal(plain, staged);
    }

    [RequiresFact(Needs.Root)]
    public void Limits_AreTheOnesAsked()
    {
        var limits = """
            "limits": {"nofile": "1000:2000", "core": 0, "nproc": {"soft": 500}, "as": "4G", "cpu": "90s", "stack": "8M:unlimited",
                       "memlock": {"hard": "1M"}, "fsize": "unlimited", "rtprio": 0, "RLIMIT_NICE": 0, "msgqueue": 4096}
            """;
        var pid1 = Start(new StartOptions { File = One("/bin/cat", ["/proc/self/limits"], limits) });

        pid1.WaitEvent("worker_exited", "app");
        var lines = pid1.Output("app").Select(l => l.Message).ToList();
        string[] Of(string name) => Line(lines, name)[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["1000", "2000"], Of("Max open files")[..2]);
        Assert.Equal(["0", "0"], Of("Max core file size")[..2]);
        Assert.Equal("500", Of("Max processes")[0]);
        Assert.Equal(["4294967296", "4294967296"], Of("Max address space")[..2]);
        Assert.Equal(["90", "90"], Of("Max cpu time")[..2]);
        Assert.Equal(["8388608", "unlimited"], Of("Max stack size")[..2]);
        Assert.Equal(["1048576", "1048576"], Of("Max locked memory")[..2]);
        Assert.Equal(["unlimited", "unlimited"], Of("Max file size")[..2]);
        Assert.Equal(["0", "0"], Of("Max realtime priority")[..2]);
        Assert.Equal(["0", "0"], Of("Max nice priority")[..2]);
        Assert.Equal(["4096", "4096"], Of("Max msgqueue size")[..2]);
    }

    /// <summary>They bind the stage itself, which is a .NET program that would like more.</summary>
    [RequiresTheory]
    [InlineData("\"as\": \"64M\", \"data\": \"16M\", \"stack\": \"256K\"")]
    [InlineData("\"nofile\": 4")]
    [InlineData("\"fsize\": 0, \"cpu\": 1, \"core\": 0")]
    public void TightLimits_LeaveTheStageAlive(string limits)
    {
        var pid1 = Start(new StartOptions { File = One("/bin/sh", ["-c", "echo alive"], "\"umask\": \"022\", \"no_new_privs\": true, \"limits\": {" + limits + "}") });

        pid1.WaitMessage("alive", "app");
    }

    [RequiresFact(Needs.Root)]
    public void Priorities_AreTheOnesAsked()
    {
        var pid1 = Start(new StartOptions
        {
            File = One("/bin/sh", ["-c", "echo \"$(nice) $(cat /proc/self/oom_score_adj)\""], "\"nice\": -3, \"oom_score_adj\": 321, \"uid\": 1234"),
        });

        pid1.WaitMessage("-3 321", "app");
    }

    [RequiresFact(Needs.Root)]
    public void Refusals_ComeTogether_WhenPminitHasNoRights()
    {
        var file = """
            {"apps": [
              {"name": "a", "script": "/bin/true", "uid": 0},
              {"name": "b", "script": "/bin/true", "gid": 7},
              {"name": "c", "script": "/bin/true", "groups": [7]},
              {"name": "d", "script": "/bin/true", "nice": -1},
              {"name": "e", "script": "/bin/true", "oom_score_adj": -1},
              {"name": "f", "script": "/bin/true", "limits": {"nofile": 900000}},
              {"name": "g", "script": "/bin/true", "uid": "65532:65532", "groups": [], "nice": 1, "no_new_privs": true, "limits": {"nofile": 50}}
            ]}
            """;
        // The file's folder is root's, so the socket would be a second error.
        var pid1 = Start(new StartOptions { File = file, Before = ["sh", "-c", "ulimit -n 1000; echo 0 >/proc/self/oom_score_adj; exec \"$@\"", "sh", .. Nobody], Arguments = ["--socket", "off"] });

        Assert.Equal(BadConfig, pid1.WaitExit());
        var errors = pid1.ErrorLines;
        Assert.Equal(6, errors.Length);
        Assert.Contains("ecosystem.json:2:47: apps[0].uid: app \"a\" is to run as user 0, but pminit runs as user 65532 without CAP_SETUID; ", errors[0]);
        Assert.Contains("apps[1].gid: app \"b\" is to have the group 7", errors[1]);
        Assert.Contains("CAP_SETGID", errors[1]);
        Assert.Contains("apps[2].groups: app \"c\"", errors[2]);
        Assert.Contains("apps[3].nice: app \"d\" asks for nice -1, but pminit has 0 and may not lower it without CAP_SYS_NICE", errors[3]);
        Assert.Contains("apps[4].oom_score_adj: app \"e\"", errors[4]);
        Assert.Contains("apps[5].limits.nofile: app \"f\" asks for the hard limit 900000, but pminit has 1000", errors[5]);
        Assert.Empty(pid1.RawLines);
    }

    [RequiresFact(Needs.Root)]
    public void OwnUser_NeedsNoRights()
    {
        var status = StatusOf("\"uid\": \"65532:65532\", \"groups\": [], \"limits\": {\"nofile\": 50}, \"nice\": 2", Nobody);

        Assert.StartsWith("Uid:\t65532", Line(status, "Uid:"), StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Root)]
    public void UnknownNames_AreErrorsWithAPlace()
    {
        var pid1 = Start(new StartOptions
        {
            File = "{\"apps\": [\n{\"name\": \"a\", \"script\": \"/bin/true\", \"uid\": \"adda\", \"groups\": [\"viedo\", \"quite-unknown\"]}]}",
            Before = Accounts,
        });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("ecosystem.json:2:45: apps[0].uid: there is no user \"adda\" in /etc/passwd; did you mean \"ada\"?", StringComparison.Ordinal));
        Assert.Contains(pid1.ErrorLines, l => l.Contains("apps[0].groups[0]: there is no group \"viedo\" in /etc/group; did you mean \"video\"?", StringComparison.Ordinal));
        Assert.Contains(pid1.ErrorLines, l => l.Contains("apps[0].groups[1]: there is no group \"quite-unknown\" in /etc/group; create it in the image", StringComparison.Ordinal));
    }

    /// <summary>Only the stage can find this out: pminit itself may execute the file.</summary>
    [RequiresFact(Needs.Root)]
    public void ExecAsTheNewUser_IsNamed_WhenItFails()
    {
        var pid1 = Start(new StartOptions
        {
            File = One("./private", [], "\"uid\": 1234, \"max_restarts\": 1"),
            Before = ["sh", "-c", "printf '#!/bin/sh\\n' >private; chmod 700 private; exec \"$@\"", "sh"],
        });

        Assert.Equal(126, pid1.WaitExit());
        var failed = pid1.WaitEvent("spawn_failed", "app", nth: 2);
        Assert.Equal("exec", failed.String("stage"));
        Assert.Equal(13, failed.Number("errno"));
        Assert.Contains("\"./private\" may not be executed: permission denied", failed.Message);
        Assert.EndsWith("(as user 1234)", failed.Message);
        Assert.Empty(pid1.Events("worker_exited"));
        Assert.Empty(pid1.Events("worker_ready"));
    }

    [RequiresTheory(Needs.Root)]
    [InlineData("plain", 126, 8, "is in no executable format")]
    [InlineData("lost", 127, 2, "the interpreter of its #! line")]
    public void ExecOfABadFile_IsNamed_WhenTheStageFindsIt(string script, int code, int errno, string text)
    {
        var pid1 = Start(new StartOptions
        {
            File = One("./" + script, [], "\"uid\": 1234, \"max_restarts\": 0"),
            Before = ["sh", "-c", "printf 'echo hi\\n' >plain; printf '#!/no/such/program\\n' >lost; chmod 755 plain lost; exec \"$@\"", "sh"],
        });

        Assert.Equal(code, pid1.WaitExit());
        var failed = pid1.WaitEvent("spawn_failed", "app");
        Assert.Equal(errno, failed.Number("errno"));
        Assert.Contains(text, failed.Message);
    }

    /// <summary>CAP_SETUID is there, so nothing is refused, but a user namespace with one user in it cannot become another.</summary>
    [RequiresFact(Needs.Root)]
    public void MissingRight_IsNamed_WhenOnlyTheKernelKnows()
    {
        var pid1 = Start(new StartOptions
        {
            File = One("/bin/true", [], "\"uid\": 1234, \"gid\": 0, \"groups\": [], \"max_restarts\": 0"),
            Before = ["unshare", "--user", "--map-root-user"],
            Arguments = ["--socket", "off"],
        });

        Assert.Equal(126, pid1.WaitExit());
        var failed = pid1.WaitEvent("spawn_failed", "app");
        Assert.Equal("settings", failed.String("stage"));
        Assert.Contains("uid: EINVAL: the user namespace that pminit runs in (rootless container) does not map this number", failed.Message);
    }

    [RequiresFact(Needs.Root)]
    public void Cwd_MayBeOneThatOnlyPminitEnters_OrNobody()
    {
        var pid1 = Start(new StartOptions
        {
            File = One("/bin/pwd", [], "\"uid\": 1234, \"cwd\": \"secret\""),
            Before = ["sh", "-c", "mkdir -m 700 secret; exec \"$@\"", "sh"],
        });

        pid1.WaitMessage(Path.Combine(pid1.Folder, "secret"), "app");
    }

    [RequiresFact(Needs.Root)]
    public void Cwd_MayBeOneThatOnlyTheUserEnters()
    {
        // Root without CAP_DAC_OVERRIDE is how many images run, and root on NFS.
        var pid1 = Start(new StartOptions
        {
            File = One("/bin/pwd", [], "\"uid\": 1234, \"cwd\": \"theirs\""),
            Before =
            [
                "sh", "-c", "mkdir -m 700 theirs; chown 1234:1234 theirs; exec \"$@\"", "sh",
                "setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all",
            ],
        });

        pid1.WaitMessage(Path.Combine(pid1.Folder, "theirs"), "app");
    }

    [RequiresFact(Needs.Root)]
    public void Worker_IsReadyOnceItsProgramRuns_AndStopsBySignal()
    {
        var pid1 = Start(Worker("app", "on-term=7 print=up").With("uid", 1234));

        pid1.WaitEvent("worker_ready", "app");
        pid1.WaitMessage("up", "app");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal(7, pid1.WaitEvent("worker_exited", "app").Number("code"));
    }

    /// <summary>The signal finds the stage or the program, as it happens; either way the process ends and nothing is called a failure.</summary>
    [RequiresFact(Needs.Root)]
    public void Stop_IsObeyed_DuringTheStage()
    {
        for (var round = 0; round < 10; round++)
        {
            var pid1 = Start(Worker("app", "print=up").With("uid", 1234).With("instances", 20));
            pid1.WaitEvent("worker_started", "app", nth: 20);
            pid1.Signal(Sys.Term);

            Assert.Equal(0, pid1.WaitExit());
            Assert.Equal(20, pid1.Events("worker_exited").Count());
            Assert.All(pid1.Events("worker_exited"), exit => Assert.Equal("SIGTERM", exit.String("signal")));
            Assert.Empty(pid1.Events("spawn_failed"));
            Assert.Empty(pid1.Events("internal_error"));
        }
    }

    [RequiresFact(Needs.Root)]
    public void Crash_IsFollowedByARestart_OfTheSameUser()
    {
        var pid1 = Start(Shell("app", "id -u; exit 3").With("uid", 1234).With("max_restarts", 2));

        pid1.WaitMessage("1234", "app", nth: 3);
        Assert.Equal(3, pid1.WaitExit());
    }

    [RequiresFact(Needs.Root)]
    public void Stage_WorksWithoutProc()
    {
        var pid1 = Start(new StartOptions
        {
            File = One("/bin/sh", ["-c", "id -u; umask"], "\"uid\": 1234, \"umask\": \"077\""),
            Before = ["sh", "-c", "umount -l /proc; exec \"$@\"", "sh"],
        });

        pid1.WaitMessage("1234", "app");
        pid1.WaitMessage("0077", "app");
    }

    static string One(string script, string[] args, string fields)
    {
        var app = App("app", script, args).With("autorestart", fields.Contains("max_restarts", StringComparison.Ordinal)).With("kill_timeout", "20s");
        var text = app.ToJsonString();
        return "{\"apps\": [" + text[..^1] + ", " + fields + "}]}";
    }

    List<string> StatusOf(string fields, string[] before)
    {
        var pid1 = Start(new StartOptions { File = One("/bin/cat", ["/proc/self/status"], fields), Before = before, Arguments = ["--socket", "off"] });

        Assert.Equal(0, pid1.WaitExit());
        return [.. pid1.Output("app").Select(l => l.Message)];
    }

    static string Line(List<string> lines, string start) => lines.Single(l => l.StartsWith(start, StringComparison.Ordinal));
}
