using System.Diagnostics;
using System.Text.Json;
using Init.Core.Cluster;
using Init.Linux.Cluster;
using Init.Linux.Tests.Support;
using Init.Testing;

namespace Init.Linux.Tests.Cluster;

/// <summary>The drain preload in workers of Node's own primary, on every version of Node.</summary>
public sealed class DrainTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly DrainFile _file;

    public DrainTests() => _file = new DrainFile(_folder.Path);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int> Versions => new(NodeTools.Versions);

    /// <summary>What it said, code, signal, answer, what is left of PMINIT_KILL_SIGNAL.</summary>
    public static TheoryData<int, string, string> Stops
    {
        get
        {
            var stops = new TheoryData<int, string, string>();
            foreach (var version in NodeTools.Versions)
            {
                stops.Add(version, "handler", "SIGTERM 15 closed undefined exit|0||200|");
                stops.Add(version, "once", "SIGTERM 15 closed undefined exit|0||200|"); // after which Node has no handler either
                stops.Add(version, "keeper", "SIGTERM 15 exit|3||200|"); // it ends itself when the channel has ended
                stops.Add(version, "other", "exit|0||200|"); // its handler is one of SIGINT
                stops.Add(version, "plain", "exit|0||200|");
                stops.Add(version, "timer", "||SIGTERM|200|");
                stops.Add(version, "busy", "exit|0||200|"); // longer than half of the time
                stops.Add(version, "endless", "||SIGTERM|cut|");
                stops.Add(version, "message", "closed undefined exit|0||200|"); // shutdown_with_message
            }

            return stops;
        }
    }

    /// <summary>Versions, ways to load it, the user's own NODE_OPTIONS, Node's arguments.</summary>
    public static TheoryData<int, bool, string, string> Ways
    {
        get
        {
            var ways = new TheoryData<int, bool, string, string>();
            foreach (var version in NodeTools.Versions)
            {
                ways.Add(version, true, "", "");
                ways.Add(version, false, "--max-http-header-size=20000", "--require ./own.js");
            }

            return ways;
        }
    }

    [NodeTheory]
    [MemberData(nameof(Ways))]
    public void NoRequestIsLost_WhenWorkersAreReplaced(int version, bool fromFile, string options, string arguments)
    {
        NodeTools.WriteCertificate(_folder.Path);
        _folder.Write("own.js", "");
        var seen = Run(version, Fixture("drain-primary.js"), new()
        {
            ["PRELOAD"] = DrainPreload.NodeOptions(options, arguments, "worker.js", fromFile ? _file.Path() : null, $"v{version}.20.0")!,
            ["ARGUMENTS"] = arguments,
            ["CERTIFICATE"] = _folder.Path,
        });
        using var answer = JsonDocument.Parse(seen);
        var root = answer.RootElement;
        Assert.True(root.GetProperty("failed").GetArrayLength() == 0, seen);
        Assert.Equal(0, root.GetProperty("killed").GetInt32());
        Assert.InRange(root.GetProperty("closes").GetInt32(), 16, int.MaxValue);
        foreach (var kind in new[] { "http", "https", "http2" })
        {
            Assert.InRange(root.GetProperty("ok").GetProperty(kind).GetInt32(), 20, int.MaxValue);
        }

        foreach (var said in root.GetProperty("said").EnumerateArray())
        {
            Assert.Equal(options, said.TryGetProperty("options", out var left) ? left.GetString() : "");
            Assert.Equal(arguments, string.Join(' ', said.GetProperty("execArgv").EnumerateArray().Select(word => word.GetString())));
        }
    }

    /// <summary>What a worker says and answers until its end, when it is stopped as pminit does it.</summary>
    [NodeTheory]
    [MemberData(nameof(Stops))]
    public void StopSignal_ReachesItsHandlers_AndNobodysLongRequest(int version, string kind, string expected)
    {
        var seen = Run(version, Fixture("drain-signals.js"), new()
        {
            ["PRELOAD"] = DrainPreload.NodeOptions("", "", "worker.js", _file.Path(), null)!,
            ["KIND"] = kind,
        });
        using var answer = JsonDocument.Parse(seen);
        var root = answer.RootElement;
        Assert.Equal(expected, $"{root.GetProperty("said").GetString()}|{root.GetProperty("code")}|{root.GetProperty("signal")}|{root.GetProperty("answer")}|{root.GetProperty("left")}");
        Assert.True(kind != "endless" || root.GetProperty("took").GetInt32() >= 1700, seen); // of 2000
    }

    /// <summary>A program that is no worker: an IPC channel of its own, children, threads.</summary>
    [NodeTheory]
    [MemberData(nameof(Versions))]
    public void Script_DoesNothing_Elsewhere(int version)
    {
        var program = _folder.Write("program.js", """
            const { fork, execFileSync } = require('child_process'), { Worker } = require('worker_threads');
            const state = () => JSON.stringify([process.env.NODE_OPTIONS, process.execArgv, process.listenerCount('internalMessage'),
              /Http2/.test(require('net').Server.prototype.listen), Object.keys(require.cache).length]);
            if (process.argv[2] === 'child') {
              process.send(state());
              process.disconnect();
            } else {
              console.log(state());
              console.log(execFileSync(process.execPath, ['-p', 'process.env.NODE_OPTIONS'], { encoding: 'utf8' }).trim());
              fork(__filename, ['child'], { env: { ...process.env, NODE_OPTIONS: process.env.AGAIN } }).on('message', (m) => console.log(m));
              new Worker("require('worker_threads').parentPort.postMessage(require('net').Server.prototype.listen.toString().includes('Http2'))", { eval: true })
                .on('message', (m) => console.log(m));
            }
            """);
        foreach (var file in new[] { _file.Path(), null })
        {
            var options = DrainPreload.NodeOptions("--no-warnings", "", program, file, $"v{version}.20.0")!;
            var lines = Run(version, program, new() { ["NODE_OPTIONS"] = options, ["AGAIN"] = options }).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("--no-warnings", lines[1]);
            Assert.Contains("false", lines);
            var loaded = file is null ? 1 : 2;
            Assert.Equal($"[\"--no-warnings\",[],0,false,{loaded}]", lines[0]);
            Assert.Contains($"[\"--no-warnings\",[],1,false,{loaded}]", lines); // fork's channel has a listener of Node's own
            Assert.Equal(4, lines.Length);
        }
    }

    [NodeTheory]
    [InlineData(20, "--experimental-permission")]
    [InlineData(22, "--experimental-permission")]
    [InlineData(24, "--permission")]
    public void ConfinedNode_LoadsItToo(int version, string flag)
    {
        var program = _folder.Write("program.js", "console.log(process.env.NODE_OPTIONS, process.execArgv.length)");
        var options = DrainPreload.NodeOptions(null, flag, program, _file.Path(), version: null)!;
        Assert.Equal("undefined 2\n", Run(version, program, new() { ["NODE_OPTIONS"] = options }, flag, $"--allow-fs-read={program}"));
    }

    [Fact]
    public void File_IsMadeAgain_WhenSomebodyRemovedIt()
    {
        var file = new DrainFile("/proc", _folder.Path); // nobody can write to /proc
        var path = file.Path()!;
        Assert.Equal(_folder.Path, Path.GetDirectoryName(path));
        Assert.Equal(path, file.Path());
        Assert.Equal(DrainPreload.Source, File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
        File.Delete(path);
        Assert.Equal(DrainPreload.Source, File.ReadAllText(file.Path()!));
    }

    /// <summary>The one of another pminit is used; what only looks like it is replaced.</summary>
    [Fact]
    public void File_IsShared_WhenItIsTheSame()
    {
        var path = _file.Path()!;
        var written = File.GetLastWriteTimeUtc(path);
        Assert.Equal(path, new DrainFile(_folder.Path).Path());
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
        File.WriteAllText(path, new string('x', DrainPreload.Source.Length));
        Assert.Equal(path, new DrainFile(_folder.Path).Path());
        Assert.Equal(DrainPreload.Source, File.ReadAllText(path));
        File.SetUnixFileMode(path, (UnixFileMode)0x1b6); // 0666
        Assert.Equal(path, _file.Path());
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    /// <summary>Somebody else could put another script in its place.</summary>
    [Fact]
    public void File_IsNotMade_WhereOthersMayReplaceIt()
    {
        var file = new DrainFile(_folder.OpenToAll().Path);
        Assert.Null(file.Path());
    }

    static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Cluster", "Fixtures", name);

    string Run(int version, string script, Dictionary<string, string> environment, params string[] arguments)
    {
        Assert.Null(NodeTools.Missing());
        var start = new ProcessStartInfo(NodeTools.Node(version), [.. arguments, script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(60_000))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{output.Result}\n{errors.Result}");
        return output.Result;
    }
}
