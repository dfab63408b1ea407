using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public sealed class ProgramFinderTests : IDisposable
{
    readonly TempFolder _folder = new();

    public ProgramFinderTests()
    {
        _folder.Write("path1/tool", "#!/bin/sh\n");
        _folder.Write("path2/tool", "#!/bin/sh\n");
        _folder.Write("path2/node", "#!/bin/sh\n");
        _folder.Write("path2/python", "#!/bin/sh\n");
        _folder.Write("path1/plain", "", executable: false);
        _folder.Write("path2/plain", "#!/bin/sh\n");
        _folder.Write("cwd/app.js", "", executable: false);
        _folder.Write("cwd/run", "#!/bin/sh\n");
        _folder.Write("cwd/bin/tool", "#!/bin/sh\n");
        _folder.Write("cwd/folder/file", "");
    }

    string Cwd => _folder["cwd"];

    string SearchPath => $"{_folder["path1"]}:{_folder["path2"]}/";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Path_IsSearchedInOrder()
    {
        Expect(new CommandSpec { Program = "tool", Args = ["x"] }, _folder["path1/tool"], "tool", "x");
        Expect(new CommandSpec { Program = "node" }, _folder["path2/node"], "node");
    }

    [Fact]
    public void Path_IsSearchedFurther_WhenAFileIsNotExecutable() =>
        Expect(new CommandSpec { Program = "plain" }, _folder["path2/plain"], "plain");

    [Fact]
    public void FileInCwd_WinsOverPath()
    {
        _folder.Write("cwd/tool", "#!/bin/sh\n");
        Expect(new CommandSpec { Program = "tool" }, "tool", "tool");
    }

    [Fact]
    public void FileInCwd_IsRunByTheInterpreter_WhenOneWasGuessed() => Expect(
        new CommandSpec { Program = "app.js", Args = ["-p", "1"], Interpreters = ["node"], InterpreterArgs = ["--inspect"] },
        _folder["path2/node"], "node", "--inspect", "app.js", "-p", "1");

    [Fact]
    public void Interpreter_IsTheFirstThatIsThere() => Expect(
        new CommandSpec { Program = "app.js", Interpreters = ["python3", "python", "node"] }, _folder["path2/python"], "python", "app.js");

    [Fact]
    public void Interpreter_MayBeAPathRelativeToCwd() =>
        Expect(new CommandSpec { Program = "app.js", Interpreters = ["./run"] }, "./run", "./run", "app.js");

    [Fact]
    public void GuessedInterpreter_IsNotUsed_WhenTheProgramIsOfPath() =>
        Expect(new CommandSpec { Program = "tool", Interpreters = ["node"] }, _folder["path1/tool"], "tool");

    [Fact]
    public void ExplicitInterpreter_IsUsed_WhenTheProgramIsOfPath() => Expect(
        new CommandSpec { Program = "tool", Interpreters = ["node"], InterpreterIsExplicit = true, Args = ["x"] },
        _folder["path2/node"], "node", _folder["path1/tool"], "x");

    [Fact]
    public void ShellLine_GoesToTheShell()
    {
        var line = new CommandSpec { Program = "a && b | c", IsShellLine = true, Interpreters = ["/bin/sh"] };
        Expect(line, "/bin/sh", "/bin/sh", "-c", "a && b | c");
        Expect(line with { Args = ["one", "two"] }, "/bin/sh", "/bin/sh", "-c", "a && b | c", "sh", "one", "two");
    }

    [Fact]
    public void RelativePathEntries_AreRelativeToCwd()
    {
        Expect("bin:" + SearchPath, new CommandSpec { Program = "tool" }, "bin/tool", "tool");
        Expect("bin//", new CommandSpec { Program = "tool" }, "bin/tool", "tool");
    }

    [Fact]
    public void EmptyPathEntry_IsTheCwd() =>
        Expect($":{SearchPath}", new CommandSpec { Program = "app.js", Interpreters = ["run"] }, "./run", "run", "app.js");

    [Fact]
    public void AbsolutePath_IsTakenAsItIs() =>
        Expect(new CommandSpec { Program = _folder["path2/tool"] }, _folder["path2/tool"], _folder["path2/tool"]);

    [Theory]
    [InlineData("folder", SpawnStage.Resolve, Libc.EISDIR)]
    [InlineData("none", SpawnStage.Resolve, Libc.ENOENT)]
    [InlineData("./none", SpawnStage.Resolve, Libc.ENOENT)]
    [InlineData("./tool", SpawnStage.Resolve, Libc.ENOENT)]
    [InlineData("app.js", SpawnStage.Exec, Libc.EACCES)]
    public void Problem_IsTold_WhenItCannotBeRun(string program, SpawnStage stage, int errno)
    {
        var (found, problem) = ProgramFinder.Find(new CommandSpec { Program = program }, Cwd, SearchPath);
        Assert.Null(found);
        Assert.Equal((stage, errno), (problem!.Stage, problem.Errno));
    }

    [Fact]
    public void Command_FollowsExecvp()
    {
        Assert.Equal(_folder["path1/tool"], ProgramFinder.FindCommand("tool", SearchPath).Found!.Path);
        Assert.Equal(_folder["cwd/run"], ProgramFinder.FindCommand(_folder["cwd/run"], SearchPath).Found!.Path);
        Assert.Equal(Libc.ENOENT, ProgramFinder.FindCommand("none", SearchPath).Problem!.Errno);
        Assert.Equal(Libc.ENOENT, ProgramFinder.FindCommand("", SearchPath).Problem!.Errno);
        Assert.Equal(Libc.EACCES, ProgramFinder.FindCommand(Cwd, SearchPath).Problem!.Errno);
    }

    /// <summary>execve then says EACCES: 126 and not 127, as execvp(3), a shell and tini have it.</summary>
    [Fact]
    public void Command_IsFoundWithoutPermission_WhenPathHasNoOther()
    {
        Assert.Equal(_folder["path1/plain"], ProgramFinder.FindCommand("plain", _folder["path1"] + ":/nowhere").Found?.Path);
        Assert.Equal(_folder["path2/plain"], ProgramFinder.FindCommand("plain", SearchPath).Found?.Path.Replace("//", "/"));
    }

    [Fact]
    public void Check_NamesEveryAppThatCannotStart()
    {
        using var environment = new RawStrings("PATH=" + SearchPath);
        var ecosystem = new Ecosystem
        {
            Apps =
            [
                App("good", "tool"), App("bad", "none"), App("other", "run"),
                App("own path", "tool") with { Env = [new("PATH", "/nowhere")] },
            ],
        };
        var missing = ProgramCheck.Missing(ecosystem, environment.AsInherited()).Select(item => item.App.Name);
        Assert.Equal(["bad", "own path"], missing);
    }

    AppSpec App(string name, string program) => new() { Name = name, Cwd = Cwd, Command = new CommandSpec { Program = program } };

    void Expect(CommandSpec command, string path, params string[] argv) => Expect(SearchPath, command, path, argv);

    void Expect(string searchPath, CommandSpec command, string path, params string[] argv)
    {
        var (found, problem) = ProgramFinder.Find(command, Cwd, searchPath);
        Assert.True(found is not null, problem?.Detail);
        Assert.Equal(path, found.Path);
        Assert.Equal(argv, found.Argv);
    }
}
