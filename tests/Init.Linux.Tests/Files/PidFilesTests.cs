using Init.Core.Model;
using Init.Linux.Files;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Files;

public sealed class PidFilesTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly PidFiles _files = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_HoldsThePid_AndGoesWithIt()
    {
        Assert.Null(_files.Write(Spec("api.pid"), 0, 42));
        Assert.Equal("42\n", File.ReadAllText(_folder["api.pid"]));
        Assert.True(_files.Remove(42));
        Assert.False(_files.Remove(42));
        Assert.Empty(Entries());
    }

    [Fact]
    public void Instances_HaveTheirOwn()
    {
        var spec = Spec("api.pid") with { Instances = 2 };
        Assert.Null(_files.Write(spec, 0, 42));
        Assert.Null(_files.Write(spec, 1, 43));
        Assert.True(_files.Remove(42));
        Assert.Equal(["api-1.pid"], Entries());
    }

    [Fact]
    public void NoFileAsked_NothingWritten()
    {
        Assert.Null(_files.Write(Spec("x") with { PidFile = null }, 0, 42));
        Assert.False(_files.Remove(42));
    }

    [Fact]
    public void OldFile_IsReplaced_AndSoIsWhatACutOffStartLeft()
    {
        _folder.Write("api.pid", "7\n");
        _folder.Write("api.pid.new", "7");
        Assert.Null(_files.Write(Spec("api.pid"), 0, 42));
        Assert.Equal("42\n", File.ReadAllText(_folder["api.pid"]));
        Assert.Equal(["api.pid"], Entries());
    }

    /// <summary>Somebody who may write into the folder must not make us write somewhere else.</summary>
    [Theory]
    [InlineData("api.pid")]
    [InlineData("api.pid.new")]
    public void Link_IsReplaced_AndNotFollowed(string name)
    {
        _folder.Write("victim", "precious");
        File.CreateSymbolicLink(_folder[name], _folder["victim"]);
        Assert.Null(_files.Write(Spec("api.pid"), 0, 42));
        Assert.Equal("precious", File.ReadAllText(_folder["victim"]));
        Assert.Null(new FileInfo(_folder["api.pid"]).LinkTarget);
        Assert.True(_files.Remove(42));
        Assert.Equal(["victim"], Entries());
    }

    [Theory]
    [InlineData("api.pid", "Is a directory; let pminit's user write there, or remove the field")]
    [InlineData("api.pid.new", "File exists; let pminit's user write there, or remove the field")]
    public void Folder_InItsPlace_IsAProblem_AndNothingIsLeft(string name, string problem)
    {
        Directory.CreateDirectory(_folder[name]);
        Assert.Equal($"pid_file {_folder["api.pid"]} could not be written: {problem}", _files.Write(Spec("api.pid"), 0, 42));
        Assert.False(_files.Remove(42));
        Assert.Equal([name], Entries());
    }

    [Fact]
    public void MissingFolder_IsAProblem() =>
        Assert.Equal($"pid_file {_folder["none/api.pid"]} could not be written: No such file or directory; make its folder, or remove the field", _files.Write(Spec("none/api.pid"), 0, 42));

    [Fact]
    public void SharedPath_StaysWithItsLastWriter()
    {
        _ = _files.Write(Spec("one.pid"), 0, 42);
        _ = _files.Write(Spec("one.pid"), 0, 43);
        Assert.True(_files.Remove(42));
        Assert.Equal("43\n", File.ReadAllText(_folder["one.pid"]));
        Assert.True(_files.Remove(43));
        Assert.Empty(Entries());
    }

    /// <summary>As when another process becomes the main one: the old one's goes, and the new one's comes.</summary>
    [Fact]
    public void Move_LeavesTheNewPid()
    {
        _ = _files.Write(Spec("api.pid"), 0, 42);
        Assert.True(_files.Remove(42));
        Assert.Null(_files.Write(Spec("api.pid"), 0, 77));
        Assert.Equal("77\n", File.ReadAllText(_folder["api.pid"]));
    }

    [Fact]
    public void FileThatIsGone_IsNoProblem()
    {
        _ = _files.Write(Spec("api.pid"), 0, 42);
        File.Delete(_folder["api.pid"]);
        Assert.True(_files.Remove(42));
    }

    string[] Entries() => [.. Directory.GetFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path))];

    AppSpec Spec(string pidFile) => new() { Name = "api", Command = new CommandSpec { Program = "x" }, Cwd = _folder.Path, PidFile = pidFile };
}
