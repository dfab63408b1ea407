using System.Text;
using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>npm and its like as the command of an app that asks for Node's cluster: the app itself becomes the worker, or a warning says why it does not.</summary>
public sealed class PackageCommandTests
{
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    readonly List<string> _asked = [];

    [Theory]
    [InlineData("script: 'npm', args: 'start'", "node server.js")]
    [InlineData("script: 'npm start'", "node server.js")]
    [InlineData("script: '/usr/local/bin/npm', args: ['start']", "node server.js")]
    [InlineData("script: 'npm', args: 'start', interpreter: 'none'", "node server.js")]
    [InlineData("script: 'npm', args: 'start', interpreter: 'node', node_args: '--no-warnings'", "node --no-warnings server.js")]
    [InlineData("script: 'npm', args: 'serve', interpreter: 'node', node_args: '--no-warnings'", null)]
    [InlineData("script: 'npm run serve'", "node --enable-source-maps dist/main.js --port 1")]
    [InlineData("script: 'npm run-script --silent serve -- --host x'", "node --enable-source-maps dist/main.js --port 1 --host x")]
    [InlineData("script: 'npm -s run serve extra -- --host'", "node --enable-source-maps dist/main.js --port 1 extra --host")]
    [InlineData("script: 'npm exec next start'", "node next start")]
    [InlineData("script: 'yarn start'", "node server.js")]
    [InlineData("script: 'yarn serve --host x'", "node --enable-source-maps dist/main.js --port 1 --host x")]
    [InlineData("script: 'yarn run serve -- --host x'", "node --enable-source-maps dist/main.js --port 1 --host x")]
    [InlineData("script: 'yarn next start'", "node next start")]
    [InlineData("script: 'yarn', args: ['run', 'next', 'start', '-p', '3']", "node next start -p 3")]
    [InlineData("script: 'pnpm start'", "node server.js")]
    [InlineData("script: 'pnpm run serve'", "node --enable-source-maps dist/main.js --port 1")]
    [InlineData("script: 'pnpm serve'", "node --enable-source-maps dist/main.js --port 1")]
    [InlineData("script: 'pnpm exec next start'", "node next start")]
    [InlineData("script: 'npx next start'", "node next start")]
    [InlineData("script: 'npx --yes -- next start'", "node next start")]
    [InlineData("script: 'npx node server.js'", "node server.js")]
    [InlineData("script: 'npm run bare'", "node next start")]
    [InlineData("script: 'npm run path'", "node ./bin/www --x")]
    [InlineData("script: 'npm run options'", "node --a -b options")]
    [InlineData("script: 'npm run execs'", "node server.js")]
    [InlineData("script: 'npm run quoted'", "node -r ./a b.js server.js x y")]
    [InlineData("script: 'npm run folder'", "/opt/node/bin/node .")]
    [InlineData("script: 'npm run calls'", "node server.js last")]
    public void Command_IsTheApp(string app, string? expected)
    {
        PutAll();
        var result = Read("{apps: [{cwd: '/app', instances: 2, exec_mode: 'cluster', " + app + "}]}", Context());
        if (expected is null)
        {
            Assert.Equal(ClusterMode.None, Assert.Single(result.Ecosystem!.Apps).Cluster);
            return;
        }

        Assert.Empty(result.Errors.Select(error => error.ToString()));
        Assert.Empty(result.Warnings.Select(warning => warning.ToString()));
        var spec = Assert.Single(result.Ecosystem!.Apps);
        Assert.Equal(ClusterMode.Node, spec.Cluster);
        var command = spec.Command;
        var program = command.Program.Replace("node_modules/.bin/", "", StringComparison.Ordinal);
        Assert.Equal(command.Program.Length != program.Length, command.Program.StartsWith("node_modules/.bin/", StringComparison.Ordinal));
        Assert.Equal(expected, string.Join(' ', [.. command.Interpreters, .. command.InterpreterArgs, program, .. command.Args]));
        Assert.False(command.IsShellLine);
    }

    [Theory]
    [InlineData("npm run shell", "/app/package.json:", "the script \"shell\" at /app/package.json:", "is \"node build.js && node server.js\", for which it takes a shell")]
    [InlineData("npm run pipe", "for which it takes a shell")]
    [InlineData("npm run expands", "for which it takes a shell")]
    [InlineData("npm run home", "for which it takes a shell")]
    [InlineData("npm run search", "for which it takes a shell")]
    [InlineData("npm run unclosed", "for which it takes a shell")]
    [InlineData("npm run hooked", "the script \"hooked\" at /app/package.json:", "has another one before or after it (\"prehooked\")")]
    [InlineData("npm run hooked2", "(\"posthooked2\")")]
    [InlineData("npm run nothing", "which starts nothing")]
    [InlineData("npm run number", "is no text")]
    [InlineData("npm run missing", "\"/app/package.json\" has no script \"missing\"")]
    [InlineData("pnpm run next", "has no script \"next\"")]
    [InlineData("npm run eval", "is \"node -e 1\": node runs no file")]
    [InlineData("npm run watch", "node runs no file of the app there, or does not run it itself")]
    [InlineData("npm run repl", "node runs no file")]
    [InlineData("npm run required", "node runs no file")]
    [InlineData("npm run inspect", "node runs no file")]
    [InlineData("npm run env", "is \"cross-env A=1 node server.js\": cross-env starts the app as a process of its own")]
    [InlineData("npm run shellbin", "\"/app/node_modules/.bin/shellbin\" has no #! line of node")]
    [InlineData("npm run elf", "has no #! line of node")]
    [InlineData("npm run bunbin", "has no #! line of node")]
    [InlineData("npm run absent", "cannot read \"/app/node_modules/.bin/absent\": there is no such file")]
    [InlineData("npm run bun", "\"bun\" is no program that Node runs")]
    [InlineData("npm run changes", "\"cd\" is no program that Node runs")]
    [InlineData("npm run circle", "the scripts of package.json call each other without end")]
    [InlineData("npm", "nothing says which script npm is to run")]
    [InlineData("npm run", "nothing says which script npm is to run")]
    [InlineData("npm install", "\"npm install\" runs no script of package.json")]
    [InlineData("yarn install", "\"yarn install\" runs no script of package.json")]
    [InlineData("yarn workspace web start", "\"yarn workspace\" runs no script of package.json")]
    [InlineData("npm --prefix web start", "\"--prefix\" is an option of npm")]
    [InlineData("npm run --prefix web start", "\"--prefix\" is an option of npm")]
    [InlineData("npm start --port 1", "\"--port\" is an option of npm", "options of the script come after \"--\"")]
    [InlineData("npx", "nothing says what npx is to run")]
    [InlineData("npx -p x next", "\"-p\" is an option of npx")]
    [InlineData("npx next@15 start", "\"next@15\" is no program that Node runs")]
    [InlineData("npx next2 start", "cannot read \"/app/node_modules/.bin/next2\"")]
    [InlineData("pnpx next start", "pnpx downloads what it runs")]
    [InlineData("pnpm dlx next start", "pnpm downloads what it runs")]
    [InlineData("cd web && npm start", "a shell has to run \"cd web && exec npm start\"")]
    public void WhatIsNotSimple_IsSaid_AndForked(string script, params string[] parts)
    {
        PutAll();
        foreach (var (field, name) in new[] { ("exec_mode: 'cluster'", "exec_mode"), ("cluster: 'node'", "cluster") })
        {
            var result = Read("{apps: [{cwd: '/app', instances: 2, env: {A: '0'}, " + field + ", script: '" + script + "'}]}", Context());
            Assert.Empty(result.Errors.Select(error => error.ToString()));
            var warning = Assert.Single(result.Warnings).ToString();
            Assert.StartsWith("ecosystem.json:1:", warning, StringComparison.Ordinal);
            Assert.Contains($"apps[0].{name}: has no effect, each instance is on its own; ", warning, StringComparison.Ordinal);
            Assert.Contains(" would be the worker, and not the app that it starts: ", warning, StringComparison.Ordinal);
            Assert.EndsWith("write the command that starts the server itself as \"script\", e.g. \"node server.js\"", warning, StringComparison.Ordinal);
            Assert.All(parts, part => Assert.Contains(part, warning, StringComparison.Ordinal));
            var app = Assert.Single(result.Ecosystem!.Apps);
            Assert.Equal(ClusterMode.None, app.Cluster);
            Assert.Equal(App("instances: 2, exec_mode: 'fork', script: '" + script + "'").Command.Program, app.Command.Program);
            Assert.Equal("0", Assert.Single(app.Env).Value);
        }
    }

    [Theory]
    [InlineData("script: 'npm start'")]
    [InlineData("script: 'npm start', instances: 2")]
    [InlineData("script: 'npm start', instances: 2, exec_mode: 'fork'")]
    [InlineData("script: 'npm start', instances: 2, exec_mode: 'fork', cluster: 'none'")]
    [InlineData("script: 'npx next start', instances: 'max'")]
    public void WithoutCluster_NothingIsRead(string app)
    {
        PutAll();
        var result = Read("{apps: [{cwd: '/app', " + app + "}]}", Context());
        Assert.Empty(result.Warnings);
        Assert.Empty(_asked);
        var spec = Assert.Single(result.Ecosystem!.Apps);
        Assert.Equal((ClusterMode.None, App(app).Command.Program), (spec.Cluster, spec.Command.Program));
        Assert.Empty(spec.Env);
    }

    [Fact]
    public void Assignments_AreVariables_OverTheApps()
    {
        PutAll();
        var spec = Clustered("cwd: '/app', script: 'npm run env2', env: {NODE_ENV: 'test', A: '1'}");
        Assert.Equal(["A=1", "NODE_ENV=production", "B=two words", "C=", "PATH=/app/node_modules/.bin:/bin"], spec.Env.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal("server.js", Assert.Single(spec.Command.Args));
    }

    [Theory]
    [InlineData("cwd: '/app'", "/app/node_modules/.bin:/bin")]
    [InlineData("cwd: '/app', env: {PATH: '/x:/y'}", "/app/node_modules/.bin:/x:/y")]
    [InlineData("cwd: '/app', filter_env: ['PATH']", null)]
    [InlineData("cwd: 'app'", null)]
    [InlineData("env: {PATH: '/x'}", "/x")]
    public void Path_BeginsWithTheProgramsOfTheApp(string fields, string? expected)
    {
        _variables["PATH"] = "/bin";
        foreach (var folder in new[] { "/app/", "app/", "" })
        {
            Put(folder + "package.json", "{\"scripts\": {\"start\": \"node server.js\"}}");
        }

        var spec = Clustered(fields + ", script: 'npm start'");
        Assert.Equal(expected, spec.Env.Select(pair => pair.Key == "PATH" ? pair.Value : null).SingleOrDefault());
    }

    [Theory]
    [InlineData(null, "cannot read \"package.json\": there is no such file")]
    [InlineData("{\"scripts\": {\"start\": \"node x.js\"", "cannot read package.json:1:")]
    [InlineData("{}", "\"package.json\" has no script \"start\"")]
    [InlineData("[]", "has no script \"start\"")]
    [InlineData("{\"scripts\": 5}", "has no script \"start\"")]
    public void PackageJson_ThatCannotBeUsed_IsNamed(string? text, string expected)
    {
        if (text is not null)
        {
            Put("package.json", text);
        }

        var result = Read("{apps: [{script: 'npm start', exec_mode: 'cluster'}]}", Context());
        Assert.Contains(expected, Assert.Single(result.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void PackageJson_ThatIsTooLarge_IsNotRead()
    {
        Put("package.json", "{\"scripts\": {\"start\": \"node x.js\"}}" + new string(' ', FileContent.MaxBytes));
        var warning = Assert.Single(Read("{apps: [{script: 'npm start', exec_mode: 'cluster'}]}", Context()).Warnings).ToString();
        Assert.Contains(": \"package.json\" is larger than 1 MiB; write the command", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void PlugAndPlay_IsYarns()
    {
        PutAll();
        Put("/app/.pnp.cjs", "");
        const string Fields = "{apps: [{cwd: '/app', exec_mode: 'cluster', script: '";
        Assert.Contains("Plug'n'Play", Assert.Single(Read(Fields + "yarn start'}]}", Context()).Warnings).ToString(), StringComparison.Ordinal);
        Assert.Empty(Read(Fields + "npm start'}]}", Context()).Warnings);
    }

    [Fact]
    public void WhatFollowsFromACluster_FollowsHereToo()
    {
        PutAll();
        var spec = Clustered("cwd: '/app', script: 'npm start'");
        Assert.Equal((ReadyKind.Listening, true), (spec.ReadyWhen.Kind, spec.NeedsChannel));
        Assert.Equal("npm", spec.Name);
    }

    AppSpec Clustered(string fields)
    {
        var result = Read("{apps: [{exec_mode: 'cluster', " + fields + "}]}", Context());
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        Assert.Empty(result.Warnings.Select(warning => warning.ToString()));
        var app = Assert.Single(result.Ecosystem!.Apps);
        Assert.Equal(ClusterMode.Node, app.Cluster);
        return app;
    }

    void PutAll()
    {
        _variables["PATH"] = "/bin";
        Put("/app/package.json", """
            {
              "name": "app",
              "scripts": {
                "start": "node server.js",
                "serve": " node --enable-source-maps dist/main.js --port 1 ",
                "bare": "next start",
                "path": "./bin/www --x",
                "options": "options",
                "execs": "A=1 exec node server.js",
                "quoted": "node -r './a b.js' server.js \"x y\"",
                "folder": "/opt/node/bin/node .",
                "calls": "npm run calls2 -- last",
                "calls2": "npm start",
                "env2": "NODE_ENV=production B='two words' C= node server.js",
                "shell": "node build.js && node server.js",
                "pipe": "node server.js | tee log",
                "expands": "node server.js --port $PORT",
                "home": "A=~/x node server.js",
                "search": "PATH=/x node server.js",
                "unclosed": "node 'server.js",
                "hooked": "node server.js", "prehooked": "node build.js",
                "hooked2": "node server.js", "posthooked2": "node build.js",
                "nothing": "A=1",
                "number": 5,
                "eval": "node -e 1",
                "watch": "node --watch-path=src server.js",
                "repl": "node",
                "required": "node -r server.js",
                "inspect": "node inspect server.js",
                "env": "cross-env A=1 node server.js",
                "shellbin": "shellbin",
                "elf": "elf",
                "bunbin": "bunbin",
                "absent": "A=2 absent",
                "bun": "bun server.js",
                "changes": "cd web",
                "circle": "yarn circle",
              },
            }
            """);
        Put("/app/node_modules/.bin/next", "#!/usr/bin/env node\n" + new string('x', 300));
        Put("/app/node_modules/.bin/options", "#!/usr/bin/env -S node --a -b\r\nx");
        Put("/app/node_modules/.bin/cross-env", "#!/usr/bin/env node\n");
        Put("/app/node_modules/.bin/shellbin", "#!/bin/sh\nexec node x\n");
        Put("/app/node_modules/.bin/elf", "\u007fELF");
        Put("/app/node_modules/.bin/bunbin", "#!/usr/bin/env bun\n");
        Put("/app/./bin/www", "#!/usr/bin/env node\n");
    }

    void Put(string path, string text) => _files[path] = Encoding.UTF8.GetBytes(text);

    ConfigContext Context() => new() { Cpus = 4, Variables = _variables, ReadFile = Answer };

    FileContent Answer(string path)
    {
        _asked.Add(path);
        return _files.TryGetValue(path, out var bytes) ? new FileContent { Bytes = bytes } : new FileContent { IsMissing = true, Problem = "there is no such file" };
    }
}
