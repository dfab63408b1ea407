using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

/// <summary>Real children, looked at through /proc while they stand still: a line on stdout says that they have arrived there.</summary>
public unsafe class SpawnerTests
{
    /// <summary>Says that it is there, then stops itself.</summary>
    const string StandStill = "echo there; kill -STOP $$";

    [Fact]
    public void Argv_IsExact()
    {
        string[] args = ["-c", StandStill, "", "two words", "$HOME", "\"'`\\", "new\nline", "žluťoučký"];
        using var child = Still(Spec() with { Command = new CommandSpec { Program = "/bin/sh", Args = [.. args] } });
        Assert.Equal(["/bin/sh", .. args], Words(child, "cmdline"));
    }

    [Fact]
    public void Environment_IsInheritedThenPromisedThenTheFiles()
    {
        using var inherited = new RawStrings(
            "KEPT=a=b", "PATH=/usr/bin:/bin", "EMPTY=", "NODE_APP_INSTANCE=99", "LISTEN_FDS=3", "LISTEN_PID=1", "LISTEN_FDNAMES=x",
            "PM2_HOME=/x", "BYTES=\xff\xfe\x80", "\xff=odd name", "no equals sign", "CHANGED=old", "LISTEN_FDS_NOT=kept");
        var spec = Spec() with { Env = [new("CHANGED", "new žluť"), new("ADDED", "1"), new("ADDED", "2")] };
        using var child = Still(spec, inherited, index: 2, pmId: 5);
        Assert.Equal(
            Sorted(
                "KEPT=a=b", "PATH=/usr/bin:/bin", "EMPTY=", "NODE_APP_INSTANCE=2", "pm_id=5", "PMINIT_APP=app", "PMINIT_WORKER=app/2", "PM2_HOME=/x",
                "BYTES=\xff\xfe\x80", "\xff=odd name", "no equals sign", "CHANGED=" + Bytes("new žluť"), "ADDED=2", "LISTEN_FDS_NOT=kept"),
            Sorted([.. Words(child, "environ").Select(Bytes)]));
    }

    [Fact]
    public void Environment_LetsTheFileWin_WhenItNamesWhatPminitPromises()
    {
        using var inherited = new RawStrings("PATH=/usr/bin:/bin");
        using var child = Still(Spec() with { Env = [new("NODE_APP_INSTANCE", "mine"), new("LISTEN_FDS", "0")] }, inherited);
        Assert.Contains("NODE_APP_INSTANCE=mine", Words(child, "environ"));
        Assert.Contains("LISTEN_FDS=0", Words(child, "environ"));
    }

    [Fact]
    public void Cwd_IsTheApps_AndTheProgramIsFoundThere()
    {
        using var folder = new TempFolder();
        folder.Write("bin/run", "#!/bin/sh\n" + StandStill);
        using var child = Still(Spec() with { Cwd = folder.Path, Command = new CommandSpec { Program = "bin/run" } });
        Assert.Equal(folder.Path, File.ResolveLinkTarget($"/proc/{child.Pid}/cwd", returnFinalTarget: false)!.FullName);
    }

    [Fact]
    public void Cwd_IsOurs_WhenTheAppHasNone()
    {
        using var child = Still(Spec());
        Assert.Equal(Environment.CurrentDirectory, File.ResolveLinkTarget($"/proc/{child.Pid}/cwd", returnFinalTarget: false)!.FullName);
    }

    [Fact]
    public void Worker_LeadsItsOwnSessionAndGroup()
    {
        using var child = Still(Spec());
        var stat = ProcFile.Stat(child.Pid);
        Assert.NotNull(stat);
        Assert.Equal((child.Pid, child.Pid, Environment.ProcessId), (stat.Value.Session, stat.Value.Group, stat.Value.Parent));
    }

    [Fact]
    public void Signals_AreClean_WhenOursAreNot() => Bounded.Run(() =>
    {
        // Blocked in this thread only. SIGPIPE is ignored by the runtime already; these two are restored below.
        var blocked = new Libc.sigset_t { bits = ~0UL & ~(1UL << 33) };
        Assert.Equal(0, Libc.pthread_sigmask(Libc.SIG_SETMASK, &blocked, null));
        var ignore = stackalloc byte[Libc.SigactionSize];
        new Span<byte>(ignore, Libc.SigactionSize).Clear();
        *(nint*)ignore = Libc.SIG_IGN;
        var saved = stackalloc byte[2 * Libc.SigactionSize];
        int[] ignored = [Signal.Usr2.Number, 50];
        for (var i = 0; i < ignored.Length; i++)
        {
            Assert.Equal(0, Libc.sigaction(ignored[i], ignore, saved + (i * Libc.SigactionSize)));
        }

        Assert.NotEqual(0UL, StatusBits("self", "SigIgn"));
        using var child = Still(Spec());
        for (var i = 0; i < ignored.Length; i++)
        {
            Assert.Equal(0, Libc.sigaction(ignored[i], saved + (i * Libc.SigactionSize), null));
        }

        var pid = child.Pid.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(0UL, StatusBits(pid, "SigBlk"));
        Assert.Equal(0UL, StatusBits(pid, "SigIgn"));
    });

    [Fact]
    public void Descriptors_AreThreeAndNoMore_WhenWeLeakSome()
    {
        // Without O_CLOEXEC, as a library might have left them.
        using var leaked = Pipe.Open();
        using var copy = new Fd(TestLibc.dup(leaked.Read.Number));
        using var high = new Fd(TestLibc.dup2(leaked.Read.Number, 1000));
        using var child = Still(Spec());
        var open = Directory.GetFiles($"/proc/{child.Pid}/fd").Order().ToArray();
        Assert.Equal(["0", "1", "2"], open.Select(Path.GetFileName));
        Assert.Equal("/dev/null", File.ResolveLinkTarget(open[0], returnFinalTarget: false)!.FullName);
        Assert.NotEqual(new FileInfo(open[1]).LinkTarget, new FileInfo(open[2]).LinkTarget);
        Assert.All(open[1..], path => Assert.StartsWith("pipe:", new FileInfo(path).LinkTarget));
    }

    [Fact]
    public void Output_BlocksForTheWorkerAndNotForUs()
    {
        using var child = Still(Spec());
        Assert.Equal("", Reading.Some(child.Process.Output.Number));
        var flags = File.ReadLines($"/proc/{child.Pid}/fdinfo/1").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
        Assert.Equal(0, Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & Libc.O_NONBLOCK);
    }

    [Fact]
    public void Streams_AreNotMixedUp()
    {
        using var child = Child.Shell("echo out; echo err >&2");
        Assert.Equal("out\n", child.ReadToEnd());
        Assert.Equal("err\n", Reading.ToEnd(child.Process.Error.Number));
    }

    static AppSpec Spec() => new()
    {
        Name = "app",
        Command = new CommandSpec { Program = "/bin/sh", Args = ["-c", StandStill] },
    };

    static Child Still(AppSpec spec, RawStrings? inherited = null, int index = 0, int pmId = 0)
    {
        using var spawner = new Spawner(inherited is null ? Inherited.FromRuntime([]) : inherited.AsInherited());
        var child = Child.Start(spawner, spec, index, pmId);
        Assert.Equal("there", child.ReadLine());
        return child;
    }

    /// <summary>The strings of a /proc file that parts them by NUL; bytes above 127 that are not UTF-8 stay as they are.</summary>
    static string[] Words(Child child, string file)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes($"/proc/{child.Pid}/{file}"));
        return file == "environ" ? text.TrimEnd('\0').Split('\0')
            : [.. text[..^1].Split('\0').Select(word => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(word)))];
    }

    static string Bytes(string text) =>
        text.Any(c => c > 255) ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)) : text;

    static string[] Sorted(params string[] items) => [.. items.Order(StringComparer.Ordinal)];

    static ulong StatusBits(string pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(text => text.StartsWith(field + ":", StringComparison.Ordinal));
        return ulong.Parse(line[(field.Length + 1)..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
