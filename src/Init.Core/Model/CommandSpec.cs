using System.Collections.Immutable;

namespace Init.Core.Model;

/// <summary>What to execute, before any path is looked up. Looking up happens at each spawn, in the worker's own cwd and PATH.</summary>
public sealed record CommandSpec
{
    /// <summary>The script or program: a path (relative to the worker's cwd), or a bare name that PATH may resolve.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// True when <see cref="Program"/> is a command line that only a shell understands. Then the first of <see cref="Interpreters"/>
    /// that is found runs it: shell, `-c`, Program, the shell's name as $0, <see cref="Args"/> (the line refers to them as "$@").
    /// </summary>
    public bool IsShellLine { get; init; }

    /// <summary>Arguments after the program; never null.</summary>
    public ImmutableArray<string> Args { get; init; } = [];

    /// <summary>
    /// Interpreters to try in order for a program that is a file (`python3`, then `python`); empty runs the program itself.
    /// A program found through PATH runs itself unless <see cref="InterpreterIsExplicit"/>.
    /// </summary>
    public ImmutableArray<string> Interpreters { get; init; } = [];

    /// <summary>True when the file names the interpreter; false when it was guessed from the extension.</summary>
    public bool InterpreterIsExplicit { get; init; }

    /// <summary>Arguments between interpreter and program (pm2: `node_args`, `interpreter_args`).</summary>
    public ImmutableArray<string> InterpreterArgs { get; init; } = [];
}
