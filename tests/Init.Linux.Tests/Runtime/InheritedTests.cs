using System.Runtime.InteropServices;
using Init.Core.Model;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

public unsafe class InheritedTests
{
    [Theory]
    [InlineData("A", "1")]
    [InlineData("AB", "x=y")]
    [InlineData("EMPTY", "")]
    [InlineData("TWICE", "first")]
    [InlineData("B", null)]
    [InlineData("a", null)]
    [InlineData("", null)]
    public void Variable_FindsTheWholeName(string name, string? expected)
    {
        using var environment = new RawStrings("no equals", "AB=x=y", "A=1", "EMPTY=", "TWICE=first", "TWICE=second");
        Assert.Equal(expected, environment.AsInherited().Variable(name));
    }

    [Fact]
    public void FromRuntime_HasOurEnvironmentAndArguments()
    {
        var inherited = Inherited.FromRuntime(["one", "žluť"]);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), inherited.Variable("PATH"));
        Assert.Equal(3, inherited.Argc);
        Assert.Equal(["pminit", "one", "žluť"], Enumerable.Range(0, 3).Select(i => Text(inherited, i)));
        Assert.True(inherited.Argv[3] is null);
    }

    [Theory]
    [InlineData("python3", "", true)]
    [InlineData("/usr/bin/python3.12", "", true)]
    [InlineData("app.py", "python3", true)]
    [InlineData("app.js", "node", false)]
    [InlineData("app.py", "/opt/pypy", false)]
    public void PythonUnbuffered_IsSet_WhenItIsPython(string program, string interpreter, bool expected)
    {
        using var environment = new RawStrings();
        var spec = new AppSpec
        {
            Name = "app",
            Command = new CommandSpec { Program = program, Interpreters = interpreter.Length == 0 ? [] : [interpreter] },
        };
        using var block = WorkerEnvironment.Build(environment.AsInherited(), spec, 0, 0);
        var all = new List<string?>();
        for (var i = 0; i < block.Count; i++)
        {
            all.Add(Marshal.PtrToStringUTF8((nint)block.Pointer[i]));
        }

        Assert.Equal(expected, all.Contains("PYTHONUNBUFFERED=1"));
    }

    [Fact]
    public void PathOf_IsTheWorkers()
    {
        using var none = new RawStrings();
        using var some = new RawStrings("PATH=/inherited");
        var spec = new AppSpec { Name = "app", Command = new CommandSpec { Program = "x" } };
        Assert.Equal(ProgramFinder.DefaultPath, WorkerEnvironment.PathOf(none.AsInherited(), spec));
        Assert.Equal("/inherited", WorkerEnvironment.PathOf(some.AsInherited(), spec));
        Assert.Equal("/b", WorkerEnvironment.PathOf(some.AsInherited(), spec with { Env = [new("PATH", "/a"), new("PATH", "/b")] }));
    }

    static string? Text(Inherited inherited, int index) => Marshal.PtrToStringUTF8((nint)inherited.Argv[index]);
}
