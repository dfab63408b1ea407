// Files in every format: YAML, and scripts that a runtime of the machine evaluates before anything starts.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class FormatTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int BadConfig = 78;

    static string Job(string name, string says) => $"{{ name: '{name}', script: '/bin/echo {says}', autorestart: false }}";

    [RequiresFact]
    public void Yaml_Runs()
    {
        var pid1 = Start(new StartOptions
        {
            FileName = "process.yml",
            File = """
                x-job: &job
                  autorestart: false
                  env: &env { A: 1, B: two }
                apps:
                  - <<: *job
                    name: one
                    script: /bin/sh -c 'echo $A $B'
                  - <<: *job
                    name: two
                    script: /bin/sh -c 'echo $A $B'
                    env: { <<: *env, B: 0x10 }
                """,
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("1 two", Assert.Single(pid1.Output("one")).Message);
        Assert.Equal("1 16", Assert.Single(pid1.Output("two")).Message);
    }

    [RequiresTheory]
    [InlineData("apps:\n  - { name: job, script: /bin/echo hello, autorestart: false }\n")]
    [InlineData("// JSON\n{ apps: [{ name: 'job', script: '/bin/echo hello', autorestart: false }] }")]
    public void StandardInput_IsYamlOrJson(string text)
    {
        var pid1 = Start(new StartOptions { Arguments = ["-", "--health", "off"], Stdin = true });
        pid1.Stdin.Write(text);
        pid1.Stdin.Close();

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("hello", Assert.Single(pid1.Output("job")).Message);
    }

    [RequiresTheory(Needs.Node)]
    [InlineData("ecosystem.config.js", "console.log('noise'); module.exports = { apps: [JOB] };")]
    [InlineData("ecosystem.config.cjs", "const lib = require('./lib'); module.exports = { apps: [lib(JOB)] };")]
    [InlineData("ecosystem.js", "exports.apps = [JOB];")]
    [InlineData("x.config.mjs", "import os from 'node:os';\nexport default { apps: [JOB] };")]
    [InlineData("x.config.mjs", "export const apps = [JOB];")]
    [InlineData("x.config.js", "module.exports = async () => ({ apps: [await Promise.resolve(JOB)] });")]
    [InlineData("x.config.js", "module.exports = new Promise(done => setTimeout(() => done([JOB]), 5)); setInterval(() => {}, 1000);")]
    [InlineData("x.config.js", "process.on('exit', () => console.log('noise')); module.exports = process.env.WHO === 'e2e' && process.cwd() === __dirname ? JOB : null;")]
    public void Script_IsEvaluated(string name, string text)
    {
        var pid1 = Start(new StartOptions
        {
            FileName = name,
            File = text.Replace("JOB", Job("job", "hello"), StringComparison.Ordinal),
            Environment = new Dictionary<string, string> { ["WHO"] = "e2e" },
            Before = ["sh", "-c", "echo 'module.exports = x => x' > lib.js; exec \"$@\"", "sh"],
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("hello", Assert.Single(pid1.Output("job")).Message);
        Assert.Equal(text.Contains("noise", StringComparison.Ordinal) ? ["noise"] : [], pid1.ErrorLines);
    }

    [RequiresFact(Needs.Node)]
    public void Package_DecidesWhatAScriptIs()
    {
        var pid1 = Start(new StartOptions
        {
            FileName = "x.config.js",
            File = $"export default {{ apps: [{Job("job", "hello")}] }};",
            Before = ["sh", "-c", "echo '{\"type\":\"module\"}' > package.json; exec \"$@\"", "sh"],
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("hello", Assert.Single(pid1.Output("job")).Message);
    }

    [RequiresTheory(Needs.Node)]
    [InlineData("const a = 1;\nmodule.exports = () => {\n  null.x();\n};", ":3:8: TypeError: ")]
    [InlineData("module.exports = {\n  apps: [ { ]\n};", ":2:13: SyntaxError: ")]
    [InlineData("throw 'no';", ": threw no")]
    [InlineData("setTimeout(() => { throw new Error('late'); }, 1);\nmodule.exports = new Promise(() => {});", ":1:26: Error: late")]
    [InlineData("module.exports = new Promise(() => {});", "before it exported anything")]
    [InlineData("process.exit(0);", "before it exported anything")]
    [InlineData("process.kill(process.pid, 'SIGKILL');", "node ended with signal SIGKILL and gave no answer")]
    [InlineData("", ": it exports nothing")]
    [InlineData("const a = { script: 'x' }; a.env = { a }; module.exports = [a];", ": [0].env.a: it contains itself")]
    [InlineData("module.exports = [{ script() {} }];", ": [0].script: it is a function")]
    [InlineData("module.exports = [{ script: 'x', ignore_watch: /a.b/, kill_timeout: 10n, name: Symbol('x') }];", ": [0].name: it is a symbol")]
    [InlineData("module.exports = [{ script: 'x', max_restarts: Infinity }];", ": [0].max_restarts: expected a whole number, 0 or more, found the number Infinity")]
    [InlineData("module.exports = [{ script: 'x'.repeat(2 << 20) }];", "more than 1 MiB")]
    public void Script_IsRefused_WithItsOwnError(string text, string part)
    {
        var pid1 = Start(new StartOptions { FileName = "x.config.js", File = text });

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("x.config.js" + (part.StartsWith(':') ? part : ": "), StringComparison.Ordinal)
            && l.Contains(part, StringComparison.Ordinal));
        Assert.Empty(pid1.RawLines);
    }

    [RequiresFact(Needs.Node)]
    public void Script_IsKilledWithItsTree_WhenItNeverEnds()
    {
        using var folder = new Folder();
        var file = folder.Write("x.config.js", """
            const { spawn, spawnSync } = require('node:child_process');
            const pids = [process.pid, spawn('sleep', ['1000']).pid, spawn('sleep', ['1000'], { detached: true }).pid];
            require('node:fs').writeFileSync(__dirname + '/pids', pids.join(' '));
            for (;;);
            """);
        var check = Pid1.Run([Machine.Pminit, "check", file], new() { ["PMINIT_CONFIG_TIMEOUT"] = "3s" });

        Assert.Equal(BadConfig, check.Code);
        Assert.Contains("node did not finish evaluating it within 3 s, and was killed", check.Errors);
        foreach (var pid in File.ReadAllText(Path.Combine(folder.Path, "pids")).Split(' '))
        {
            Assert.True(Limits.Poll(() => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/cmdline").Length == 0), $"{pid} lives");
        }
    }

    [RequiresFact(Needs.Node)]
    public void Script_LeavesNothingBehind_WhenAppsStart()
    {
        var pid1 = Start(new StartOptions
        {
            FileName = "x.config.js",
            File = """
                require('node:child_process').spawn('sleep', ['4242'], { stdio: 'ignore' }).unref();
                module.exports = [{ name: 'job', autorestart: false, script: '/bin/sh', args: ['-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n" | grep -cx 424[2]; ls /proc/self/fd | wc -l'] }];
                """,
        });

        Assert.Equal(0, pid1.WaitExit());
        Assert.Equal("0", pid1.Output("job").First().Message);
    }

    [RequiresFact(Needs.Node)]
    public void Script_IsEndedAtOnce_WhenPminitIsToldToEnd()
    {
        var pid1 = Start(new StartOptions { FileName = "x.config.js", File = "require('node:fs').writeFileSync(__dirname + '/up', ''); for (;;);" });
        pid1.WaitUntil("the script runs", () => File.Exists(Path.Combine(pid1.Folder, "up")));
        pid1.Signal(Sys.Term);

        Assert.Equal(BadConfig, pid1.WaitExit());
        Assert.Contains(pid1.ErrorLines, l => l.Contains("pminit was asked to end", StringComparison.Ordinal));
    }

    [RequiresFact]
    public void Script_IsRefusedWithARemedy_WhenThereIsNoRuntime()
    {
        using var folder = new Folder();
        var file = folder.Write("x.config.js", "module.exports = {};");
        var check = Pid1.Run([Machine.Pminit, "check", file], new() { ["PATH"] = folder.Path });

        Assert.Equal(BadConfig, check.Code);
        Assert.Contains($"{file}: it must be evaluated, and neither node nor bun nor deno is in PATH", check.Errors);
        Assert.Contains("write it as JSON or YAML", check.Errors);
    }

    sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pminit-e2e-").FullName;

        public string Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            File.WriteAllText(file, text);
            return file;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    /// <summary>A node of any version, made here: the machine's own may be too old, or able, and both cases count.</summary>
    [RequiresTheory]
    [InlineData("v22.18.0", "app.ts --own", null)]
    [InlineData("v22.6.0", "--experimental-strip-types app.ts --own", null)]
    [InlineData("v20.20.2", null, "node v20.20.2 cannot run TypeScript; 22.6 and later can")]
    public void TypeScriptApp_IsRunByANodeThatCan(string version, string? says, string? problem)
    {
        var pid1 = Start(new StartOptions
        {
            File = "{ apps: [{ name: 'app', script: 'app.ts', args: '--own', autorestart: false }] }",
            Before = ["sh", "-c", $"printf '#!/bin/sh\\n[ \"$1\" = --version ] && exec echo {version}\\nexec echo \"$@\"\\n' > node; chmod +x node; touch app.ts; PATH=$PWD:$PATH; exec \"$@\"", "sh"],
        });

        Assert.Equal(problem is null ? 0 : 78, pid1.WaitExit());
        if (problem is null)
        {
            Assert.Equal(says, Assert.Single(pid1.Output("app")).Message);
        }
        else
        {
            Assert.Contains(problem, string.Join('\n', pid1.ErrorLines));
        }
    }
}
