using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

/// <summary>Every way in which a spawn fails: the stage, the error number, and words that say what to mend.</summary>
public sealed class SpawnerProblemTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly Spawner _spawner = new(Inherited.FromRuntime([]));

    public void Dispose()
    {
        _spawner.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void MissingProgram_IsFoundOut() => Expect("no-such-program", SpawnStage.Resolve, Libc.ENOENT, "not in PATH");

    [Fact]
    public void MissingFile_IsFoundOut() => Expect("./no/such/file", SpawnStage.Resolve, Libc.ENOENT, "no such file");

    [Fact]
    public void Directory_IsFoundOut() => Expect(_folder.Path, SpawnStage.Resolve, Libc.EISDIR, "is a directory");

    [Fact]
    public void PlainFile_IsFoundOut() =>
        Expect(_folder.Write("plain", "#!/bin/sh\n", executable: false), SpawnStage.Exec, Libc.EACCES, "chmod +x");

    [Fact]
    public void MissingInterpreterOfTheFirstLine_IsFoundOut() =>
        Expect(_folder.Write("script", "#!/no/such/interpreter\n"), SpawnStage.Exec, Libc.ENOENT, "#! line");

    [Fact]
    public void EmptyFirstLine_IsFoundOut() => Expect(_folder.Write("script", "#!\n"), SpawnStage.Exec, Libc.ENOEXEC, "format");

    [Fact]
    public void ScriptWithoutFirstLine_IsFoundOut() => Expect(_folder.Write("script", "echo hi\n"), SpawnStage.Exec, Libc.ENOEXEC, "#!");

    [Fact]
    public void EmptyFile_IsFoundOut() => Expect(_folder.Write("empty", ""), SpawnStage.Exec, Libc.ENOEXEC, "format");

    [Fact]
    public void WrongArchitecture_IsFoundOut()
    {
        // An ELF header of machine 0x9999.
        var header = new byte[64];
        "\u007fELF"u8.CopyTo(header);
        header[4] = 2;
        header[5] = 1;
        header[6] = 1;
        header[16] = 2;
        header[18] = 0x99;
        header[19] = 0x99;
        Expect(_folder.Write("elf", header), SpawnStage.Exec, Libc.ENOEXEC, "wrong architecture");
    }

    [Fact]
    public void MissingInterpreter_NamesAllThatWereTried()
    {
        var script = _folder.Write("app.py", "", executable: false);
        var (process, problem) = _spawner.Spawn(
            Spec(script) with { Command = new CommandSpec { Program = script, Interpreters = ["no-python3", "no-python"] } }, 0, 0);
        Assert.Null(process);
        Assert.Equal((SpawnStage.Resolve, Libc.ENOENT), (problem!.Stage, problem.Errno));
        Assert.Contains("no-python3\" or \"no-python", problem.Detail);
    }

    [Fact]
    public void MissingCwd_IsFoundOut() => ExpectCwd(_folder["none"], Libc.ENOENT);

    [Fact]
    public void FileAsCwd_IsFoundOut() => ExpectCwd(_folder.Write("file", ""), Libc.ENOTDIR);

    [Fact]
    public void NoDescriptorsForPipes_IsFoundOut() => OddThread.RunFailing(TestLibc.Pipe2, Libc.EMFILE, () =>
    {
        var (_, problem) = _spawner.Spawn(Spec("/bin/sh"), 0, 0);
        Assert.Equal((SpawnStage.Pipe, Libc.EMFILE), (problem!.Stage, problem.Errno));
        Assert.Contains("ulimit -n", problem.Detail);
    });

    [Fact]
    public void NoDescriptorsForAChannel_IsFoundOut() => OddThread.RunFailing(TestLibc.Socketpair, Libc.EMFILE, () =>
    {
        var (_, problem) = _spawner.Spawn(Spec("/bin/sh") with { ShutdownWithMessage = true }, 0, 0);
        Assert.Equal((SpawnStage.Pipe, Libc.EMFILE), (problem!.Stage, problem.Errno));
    });

    [Fact]
    public void FailedSpawns_LeaveNoDescriptorsAndNoChildren()
    {
        string[] programs =
        [
            "no-such-program", _folder.Path, _folder.Write("plain", "", executable: false), _folder.Write("bad", "#!/no/such\n"),
            _folder.Write("empty", ""),
        ];
        Fail(programs);
        var reaper = new Reaper();
        Assert.False(reaper.Reap((_, _, _, _) => { })); // what other tests' children have left
        var (before, others) = (OpenDescriptors(), reaper.OrphansReaped);
        for (var i = 0; i < 40; i++)
        {
            Fail(programs);
        }

        Assert.Equal(before, OpenDescriptors());
        Assert.False(reaper.Reap((_, _, _, _) => { }));
        Assert.Equal(others, reaper.OrphansReaped);
    }

    static int OpenDescriptors() => OwnDescriptors.Count();

    static AppSpec Spec(string program) => new() { Name = "app", Command = new CommandSpec { Program = program } };

    void Fail(string[] programs)
    {
        foreach (var program in programs)
        {
            var (process, problem) = _spawner.Spawn(Spec(program), 0, 0);
            Assert.True(process is null && problem is not null);
        }
    }

    void Expect(string program, SpawnStage stage, int errno, string detail)
    {
        var (process, problem) = _spawner.Spawn(Spec(program), 0, 0);
        Assert.Null(process);
        Assert.Equal((stage, errno), (problem!.Stage, problem.Errno));
        Assert.Contains(detail, problem.Detail);
        Assert.Contains(program, problem.Detail);
    }

    void ExpectCwd(string cwd, int errno)
    {
        var (process, problem) = _spawner.Spawn(Spec("/bin/sh") with { Cwd = cwd }, 0, 0);
        Assert.Null(process);
        Assert.Equal((SpawnStage.Cwd, errno), (problem!.Stage, problem.Errno));
        Assert.Contains(cwd, problem.Detail);
    }
}
