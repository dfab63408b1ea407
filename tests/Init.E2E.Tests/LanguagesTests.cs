// One file with an app in each language that the machine has, and shell lines whose program must be the worker itself.
using System.Text.Json.Nodes;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class LanguagesTests(ITestOutputHelper output) : Pid1Test(output)
{
    /// <summary>Writes one program a language into the working folder, then executes what follows.</summary>
    static readonly string[] Programs =
    [
        "sh", "-c",
        """
        echo 'console.log("hello from node " + process.env.USER); process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6)' >app.js
        echo 'import os, signal, sys; print("hello from python " + os.environ["USER"]); signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()' >app.py
        echo '<?php echo "hello from php " . getenv("USER") . "\n"; sleep(1000);' >app.php
        echo '$stdout.sync = true; puts "hello from ruby " + ENV["USER"]; sleep' >app.rb
        echo '$| = 1; print "hello from perl $ENV{USER}\n"; sleep' >app.pl
        echo 'echo "hello from bash $USER ${BASH_VERSION:+really}"; sleep 1000 & wait' >app.sh
        printf '#!/usr/bin/env perl\n$| = 1; print "hello from shebang $ENV{USER}\\n"; sleep' >shebang
        chmod 755 shebang
        exec "$@"
        """,
        "sh",
    ];

    [RequiresFact(Needs.Root | Needs.Node | Needs.Python | Needs.Perl | Needs.Bash)]
    public void EveryLanguage_RunsFromOneFile()
    {
        Machine.Demand(Needs.Root | Needs.Node | Needs.Python | Needs.Perl | Needs.Bash);
        RunTogether("app.js", "app.py", "app.pl", "app.sh", "shebang");
    }

    [RequiresFact(Needs.Root | Needs.Php)]
    public void Php_RunsByItsExtension()
    {
        Machine.Demand(Needs.Php);
        RunTogether("app.php");
    }

    [RequiresFact(Needs.Root | Needs.Ruby)]
    public void Ruby_RunsByItsExtension()
    {
        Machine.Demand(Needs.Ruby);
        RunTogether("app.rb");
    }

    [RequiresFact(Needs.Python)]
    public void Python_IsFoundAsPython3_WhenThereIsNoPython()
    {
        // A PATH of one folder that has python3 alone.
        var pid1 = Start(new StartOptions
        {
            File = Of(App("app", "app.py").With("interpreter", "python").With("env", new JsonObject { ["USER"] = "u" })),
            Before = ["sh", "-c", "mkdir bin; printf '#!/bin/sh\\nexec '$(python3 -c 'import sys; print(sys.executable)')' \"$@\"\\n' >bin/python3; chmod 755 bin/python3; "
                + "echo 'print(\"hello from python\")' >app.py; PATH=$PWD/bin; exec \"$@\"", "sh"],
        });

        pid1.WaitMessage("hello from python", "app");
    }

    [RequiresTheory]
    [InlineData("cd / && {0} on-term=7 print=up status")]
    [InlineData("A=1; cd /; {0} on-term=7 print=up status 2>&1;")]
    public void ShellLine_EndsInTheProgramItself(string line)
    {
        var pid1 = Start(App("app", string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Machine.TestWorker)));

        var pid = pid1.WaitEvent("worker_started", "app").Pid;
        pid1.WaitMessage("status-end", "app");
        Assert.Equal(pid, pid1.WaitMessage("up", "app").Pid);
        pid1.WaitMessage($"pid {pid}", "app");
        pid1.WaitMessage("cwd /", "app");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("got 15", "app");
        Assert.Equal(7, pid1.WaitEvent("worker_exited", "app").Number("code"));
    }

    [RequiresFact(Needs.Node)]
    public void NodeBehindCd_GetsTheStopSignal()
    {
        var pid1 = Start(new StartOptions
        {
            File = Of(App("web", "cd sub && node app.js", "one two")),
            Before =
            [
                "sh", "-c",
                "mkdir sub; echo 'process.on(\"SIGTERM\", () => { console.log(\"bye\"); process.exit(5) }); console.log(\"up \" + process.argv[2]); setInterval(() => {}, 1e6)' >sub/app.js; exec \"$@\"",
                "sh",
            ],
        });

        pid1.WaitMessage("up one two", "web");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        pid1.WaitMessage("bye", "web");
        Assert.Equal(5, pid1.WaitEvent("worker_exited", "web").Number("code"));
    }

    /// <summary>Interpreters outside the system's folders may be root's alone.</summary>
    static JsonObject OfUser(string script) => script is "app.pl" or "app.sh" or "shebang"
        ? App(script, "./" + script).With("uid", "1234:0") : App(script, "./" + script);

    void RunTogether(params string[] scripts)
    {
        List<JsonObject> apps = [.. scripts.Select(script => OfUser(script).With("umask", "077").With("env", new JsonObject { ["USER"] = "u" }))];
        apps.Add(Worker("native", "print=up").With("uid", 1234).With("limits", new JsonObject { ["nofile"] = 64 }));
        var pid1 = Start(new StartOptions { File = Of([.. apps]), Before = Programs });

        foreach (var script in scripts)
        {
            var language = script switch { "app.js" => "node u", "app.py" => "python u", "app.sh" => "bash u really", "shebang" => "shebang u", _ => script[4..] switch { "rb" => "ruby u", "pl" => "perl u", var other => other + " u" } };
            pid1.WaitMessage("hello from " + language, script);
        }

        pid1.WaitMessage("up", "native");
        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit());
        Assert.Empty(pid1.Events("worker_killed"));
        Assert.Equal(apps.Count, pid1.Events("worker_exited").Count());
    }
}
