using Init.Core.Config;
using Init.Core.Model;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Runtime;

/// <summary>
/// The proof of ShellLine's promise: each line does the same with and without the `exec`, in bash and in dash: the same output (what is printed and the
/// arguments that arrive) and the same code. What differs is who the program is: with `exec`, the worker itself.
/// </summary>
public sealed class ShellLineTests
{
    const string Who = "/bin/sh -c 'echo prog \"$#\" \"$@\" A=$A B=$B pwd=$(pwd) umask=$(umask)' sh";

    /// <summary>All of these are rewritten.</summary>
    public static TheoryData<string> Lines =>
    [
        $"cd / && {Who}",
        $"cd /; {Who} one 'two three' \"four five\"",
        $"cd /usr\n{Who} x",
        $"cd /;{Who};",
        $"cd / ; {Who} ; ",
        $"cd /\n{Who}\n\n",
        $"cd /nonexistent && {Who}",
        $"cd /nonexistent; {Who}",
        $"A=1 B='x y' {Who} \"$A\"",
        $"A=1; B=2 && {Who}",
        $"A=1; export A; B=$A {Who}",
        $"export A=5 && {Who} $A",
        $"A=\"a;b && c\" {Who}",
        $"A='a;b' B=\"$HOME\" {Who}",
        $"A=$(echo 7) {Who} $(echo 8 9)",
        $"umask 077; {Who}",
        $"umask 027 && A=x {Who}",
        $"echo before && {Who}",
        $"printf 'a%s\\n' b; {Who}",
        $"true && {Who}",
        $"false && {Who}",
        $"false; {Who}",
        $"test -d / && {Who}",
        $"[ -d / ] && {Who}",
        $"[ -d /no ] && {Who}",
        $"set -e; false; {Who}",
        $"set -e; cd /; {Who}",
        $"set -u; {Who} $NOT_THERE",
        $"set -x; {Who}",
        $"unset HOME; {Who} $HOME.",
        $"ulimit -n 100; {Who}",
        $"pwd; {Who}",
        $"shift; {Who} \"$@\"",
        $"{Who} \"$@\"",
        $"{Who} \"$1\" $2 $# $?",
        $"exit 3; {Who}",
        $"cd / && exit 4 && {Who}",
        "cd / && ls -d usr tmp",
        "cd / && cat nonexistent",
        "cd / && /bin/sh -c 'exit 7'",
        "cd / && no-such-program-at-all",
        "cd / && ./no/such/file x",
        "cd / && /etc/passwd",
        "cd / && /usr",
        "cd / && /bin/sh -c 'kill -9 $$'",
        "cd / && /bin/sh -c 'kill -TERM $$'",
        $"{Who} >/dev/null",
        $"{Who} 2>&1 >/dev/null",
        $"{Who} >out 2>/dev/null </dev/null",
        $"cd /; {Who} >/nonexistent/out",
        $"cd /; {Who} </nonexistent/in",
        "cat </etc/passwd >/dev/null",
        "/bin/sh -c 'cat' <&0 >&1",
        $"cd /; {Who} a\\;b 'c && d' \"e;f \\\" g\" h#i",
        $"cd /etc; {Who} passw? pass*d [p]asswd ~ nomatch*",
        $"{Who} a{{1,2}} \"$(echo quoted)\"",
        $"{Who} ${{HOME}} ${{NOT-unset}} ${{#}}",
        $"read A </etc/hostname; {Who} \"$A\"",
        "uname -s; uname -s; uname -s",
        "uname -s && uname -s\nuname -s",
        "NOT=1 sort /etc/hostname",
        "./no-first-line a b",
        "cd . && ./no-first-line a b",
    ];

    [RequiresTheory(Need.Bash)]
    [MemberData(nameof(Lines))]
    public void Line_MeansTheSame_WithExec(string line)
    {
        var rewritten = ShellLine.Rewrite(line);
        foreach (var shell in new[] { "/bin/bash", "/bin/dash" })
        {
            var before = Run(shell, line);
            var after = Run(shell, rewritten);
            Assert.Equal(before.Output, after.Output);
            Assert.Equal(before.Status.ShellCode, after.Status.ShellCode);
        }
    }

    [RequiresFact(Need.Bash)]
    public void MostLines_AreRewritten()
    {
        var left = new List<string>();
        foreach (string line in Lines)
        {
            if (ShellLine.Rewrite(line) == line)
            {
                left.Add(line);
            }
        }

        Assert.Equal([$"{Who} ${{HOME}} ${{NOT-unset}} ${{#}}"], left);
    }

    [RequiresTheory(Need.Bash)]
    [InlineData("/bin/bash")]
    [InlineData("/bin/dash")]
    public void Program_IsTheShellsOwnProcess_AfterRewriting(string shell)
    {
        using var child = Child.Start(shell, "-c", ShellLine.Rewrite("cd /; true; /bin/sh -c 'echo $$'"));
        Assert.Equal($"{child.Pid}", child.ReadLine());
    }

    static (string Output, ExitStatus Status) Run(string shell, string line)
    {
        using var folder = new TempFolder();
        folder.Write("no-first-line", "echo from a script without a first line \"$@\"\n");
        using var spawner = new Init.Linux.Runtime.Spawner(Init.Linux.Runtime.Inherited.FromRuntime([]));
        var spec = new AppSpec
        {
            Name = "app",
            Cwd = folder.Path,
            Command = new CommandSpec { Program = shell, Args = ["-c", line, "sh", "first", "second arg"] },
        };
        using var child = Child.Start(spawner, spec);
        var output = child.ReadToEnd();
        var status = child.Reap();
        var file = Path.Combine(folder.Path, "out");
        return ((output + (File.Exists(file) ? File.ReadAllText(file) : "")).Replace(folder.Path, "(folder)", StringComparison.Ordinal), status);
    }
}
