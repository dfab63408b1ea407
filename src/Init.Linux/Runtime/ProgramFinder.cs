using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;

namespace Init.Linux.Runtime;

/// <summary>
/// Turns a <see cref="CommandSpec"/> into a path and arguments, in the worker's own cwd and PATH, at every spawn: a deployment may
/// have put the program there since. A file in cwd wins over PATH, as in pm2.
/// </summary>
public static unsafe class ProgramFinder
{
    /// <summary>What execvp(3) and container runtimes search when PATH is not set.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Looks the program up. Exactly one of the two results is not null.</summary>
    public static (FoundProgram? Found, SpawnProblem? Problem) Find(CommandSpec command, string? cwd, string path)
    {
        if (cwd is not null && KindOf(cwd) != FileKind.Directory)
        {
            return (null, new SpawnProblem(SpawnStage.Cwd, KindOf(cwd) == FileKind.None ? Libc.ENOENT : Libc.ENOTDIR,
                $"the working directory \"{cwd}\" does not exist or is not a directory; create it in the image or change `cwd`"));
        }

        if (command.IsShellLine)
        {
            return ThroughInterpreter(command, cwd, path, ["-c", command.Program, .. ShellName(command)]);
        }

        var kind = KindOf(At(cwd, command.Program));
        if (kind == FileKind.Other)
        {
            return command.Interpreters.IsEmpty
                ? Directly(command, cwd, command.Program)
                : ThroughInterpreter(command, cwd, path, [.. command.InterpreterArgs, command.Program, .. command.Args]);
        }

        if (kind == FileKind.Directory)
        {
            return (null, new SpawnProblem(SpawnStage.Resolve, Libc.EISDIR,
                $"\"{command.Program}\" is a directory; name the file to run in `script`"));
        }

        if (!command.Program.Contains('/') && InPath(command.Program, cwd, path) is { } found)
        {
            return command.InterpreterIsExplicit && !command.Interpreters.IsEmpty
                ? ThroughInterpreter(command, cwd, path, [.. command.InterpreterArgs, found, .. command.Args])
                : Directly(command, cwd, found);
        }

        var where = command.Program.Contains('/') ? $"no such file (from {cwd ?? "pminit's working directory"})"
            : $"not a file in {cwd ?? "pminit's working directory"} and not in PATH ({path})";
        return (null, new SpawnProblem(SpawnStage.Resolve, Libc.ENOENT,
            $"cannot find \"{command.Program}\": {where}; check `script`, `cwd` and what the image holds"));
    }

    /// <summary>
    /// execvp(3)'s rule, for init mode: a name with a slash is a path, any other is looked up in PATH only. A file without permission
    /// is found too when there is no better one: execve then says so (126), which is not the same as missing (127).
    /// </summary>
    public static (FoundProgram? Found, SpawnProblem? Problem) FindCommand(string name, string path)
    {
        var found = !name.Contains('/') ? InPath(name, null, path) ?? InPath(name, null, path, mayLackPermission: true)
            : KindOf(name) != FileKind.None ? name : null;
        if (found is null)
        {
            return (null, new SpawnProblem(SpawnStage.Resolve, Libc.ENOENT, $"cannot find \"{name}\"; looked in PATH ({path})"));
        }

        return KindOf(found) == FileKind.Directory
            ? (null, new SpawnProblem(SpawnStage.Exec, Libc.EACCES, $"\"{name}\" is a directory"))
            : (new FoundProgram(found, [name]), null);
    }

    static IEnumerable<string> ShellName(CommandSpec command) => command.Args.IsEmpty ? [] : ["sh", .. command.Args];

    static (FoundProgram?, SpawnProblem?) Directly(CommandSpec command, string? cwd, string program)
    {
        if (!IsExecutable(At(cwd, program)))
        {
            return (null, new SpawnProblem(SpawnStage.Exec, Libc.EACCES,
                $"\"{program}\" is not executable; `chmod +x` it in the image or name an `interpreter`"));
        }

        return (new FoundProgram(program, [command.Program, .. command.Args]), null);
    }

    static (FoundProgram?, SpawnProblem?) ThroughInterpreter(CommandSpec command, string? cwd, string path, string[] rest)
    {
        foreach (var interpreter in command.Interpreters)
        {
            var found = interpreter.Contains('/')
                ? (IsExecutable(At(cwd, interpreter)) ? interpreter : null)
                : InPath(interpreter, cwd, path);
            if (found is not null)
            {
                return (new FoundProgram(found, [interpreter, .. rest]), null);
            }
        }

        var names = string.Join("\" or \"", command.Interpreters);
        return (null, new SpawnProblem(SpawnStage.Resolve, Libc.ENOENT,
            $"cannot find the interpreter \"{names}\" for \"{command.Program}\" in PATH ({path}); install it in the image or set `interpreter`"));
    }

    static string? InPath(string name, string? cwd, string path, bool mayLackPermission = false)
    {
        foreach (var folder in path.Split(':'))
        {
            var candidate = folder.Length == 0 ? "./" + name : folder.TrimEnd('/') + "/" + name;
            if (KindOf(At(cwd, candidate)) == FileKind.Other && (mayLackPermission || IsExecutable(At(cwd, candidate))))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>A path of the worker's, as ours.</summary>
    internal static string At(string? cwd, string path) => cwd is null || path.StartsWith('/') ? path : cwd.TrimEnd('/') + "/" + path;

    static bool IsExecutable(string path)
    {
        using var name = new Utf8z(path);
        return Libc.faccessat(Libc.AT_FDCWD, name.Pointer, Libc.X_OK, 0) == 0;
    }

    static FileKind KindOf(string path)
    {
        using var name = new Utf8z(path);
        Libc.statx_t status;
        if (Libc.statx(Libc.AT_FDCWD, name.Pointer, 0, Libc.STATX_BASIC_STATS, &status) != 0)
        {
            return FileKind.None;
        }

        return (status.stx_mode & Libc.S_IFMT) == Libc.S_IFDIR ? FileKind.Directory : FileKind.Other;
    }

    enum FileKind
    {
        None,
        Directory,
        Other,
    }
}

/// <summary>A program that can be executed.</summary>
/// <param name="Path">For execve; relative paths are relative to the worker's cwd.</param>
/// <param name="Argv">All arguments, argv[0] included.</param>
public sealed record FoundProgram(string Path, string[] Argv);

/// <summary>Why a spawn cannot work.</summary>
/// <param name="Stage">Where it failed.</param>
/// <param name="Errno">errno(3).</param>
/// <param name="Detail">What, and what to do, for people.</param>
public sealed record SpawnProblem(SpawnStage Stage, int Errno, string Detail);
