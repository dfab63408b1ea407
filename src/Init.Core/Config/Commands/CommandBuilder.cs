using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Turns `script`, `args`, `interpreter` and `interpreter_args` into a command. Purely textual: whether a file exists is not known
/// here. Differences from pm2 are meant: no shell where splitting suffices, files without extension run by themselves and not by
/// Node, `.mjs` and `.cjs` are Node's.
/// </summary>
static class CommandBuilder
{
    /// <summary>Guesses by extension, in the order in which they are tried.</summary>
    static ImmutableArray<string> InterpretersOf(string extension) => extension switch
    {
        ".js" or ".cjs" or ".mjs" => ["node"],
        ".py" => ["python3", "python"],
        ".sh" => ["bash", "sh"],
        ".rb" => ["ruby"],
        ".php" => ["php"],
        ".pl" => ["perl"],
        _ => [],
    };

    /// <summary>A command that stands alone: a script has its interpreter, anything else runs itself.</summary>
    public static CommandSpec Plain(ImmutableArray<string> words)
        => new() { Program = words[0], Args = words.RemoveAt(0), Interpreters = InterpretersOf(Path.GetExtension(words[0]).ToLowerInvariant()) };

    /// <summary>A line that only a shell understands.</summary>
    public static CommandSpec Shell(string line) => BuildShellLine(line, []);

    /// <returns>The command, or null after an error in the report.</returns>
    public static CommandSpec? Build(AppDraft app, string script, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (app.Interpreter is { } interpreter && interpreter != "none")
        {
            return BuildInterpreted(app, script, interpreter, given["interpreter"], scope);
        }

        var at = given["script"];
        var program = script;
        var args = app.Args;
        if (app.Interpreter is null && script.Trim().Has(char.IsWhiteSpace))
        {
            if (CommandWords.NeedsShell(script.Trim()))
            {
                return RefuseInterpreterArgs(app, given, scope, "a shell runs this script") ? null : BuildShellLine(script.Trim(), args);
            }

            if (!CommandWords.TrySplit(script, out var words, out var quote))
            {
                scope.Child(at).Error(at.Value.Position, $"the quote {quote} in {Words.Quote(script)} is never closed", "close it");
                return null;
            }

            program = words[0];
            args = [.. words[1..], .. args];
        }

        return BuildDirect(app, program, args, given, scope);
    }

    static CommandSpec? BuildDirect(AppDraft app, string program, ImmutableArray<string> args, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var at = given["script"];
        var inner = scope.Child(at);
        if (program.Length == 0 || program.EndsWith('/'))
        {
            inner.Error(at.Value.Position, $"{Words.Quote(program)} is not a program", "name a file or a program");
            return null;
        }

        var extension = Path.GetExtension(program).ToLowerInvariant();
        if (app.Interpreter is null && extension is ".ts" or ".tsx" or ".mts" or ".cts")
        {
            var runner = TypeScriptRunner.For(extension, app.Context.TypeScriptRuntime());
            if (runner.Problem.Length > 0)
            {
                inner.Error(at.Value.Position, runner.Problem, "set \"interpreter\", e.g. \"bun\" or \"tsx\", or run the compiled .js file");
                return null;
            }

            return new CommandSpec { Program = program, Args = args, Interpreters = [runner.Interpreter], InterpreterArgs = [.. runner.Args, .. app.InterpreterArgs] };
        }

        var interpreters = app.Interpreter is null ? InterpretersOf(extension) : [];
        if (interpreters.IsEmpty
            && RefuseInterpreterArgs(app, given, scope, app.Interpreter is null ? $"{Words.Quote(program)} has no interpreter" : "\"interpreter\" is \"none\""))
        {
            return null;
        }

        return new CommandSpec { Program = program, Args = args, Interpreters = interpreters, InterpreterArgs = app.InterpreterArgs };
    }

    static CommandSpec? BuildInterpreted(AppDraft app, string script, string interpreter, DataMember at, ConfigScope scope)
    {
        var inner = scope.Child(at);
        if (interpreter.StartsWith("node@", StringComparison.Ordinal))
        {
            inner.Error(at.Value.Position, $"{Words.Quote(interpreter)} would install Node at each start, which pminit does not do",
                "use an image with that version, and write \"node\"");
            return null;
        }

        if (interpreter.AsSpan().ContainsAny(" \t\n") && !interpreter.Contains('/'))
        {
            inner.Error(at.Value.Position, $"{Words.Quote(interpreter)} is not the name of one program", "put its arguments in \"interpreter_args\"");
            return null;
        }

        // As in pm2, python means python3 where there is nothing else; an image has only one of them.
        ImmutableArray<string> interpreters = interpreter == "python" ? ["python", "python3"] : [interpreter];
        return new CommandSpec
        {
            Program = script,
            Args = app.Args,
            Interpreters = interpreters,
            InterpreterIsExplicit = true,
            InterpreterArgs = app.InterpreterArgs,
        };
    }

    /// <summary>The shell does not add its arguments to the line: "$@" does, at the end, where a user who wrote the line would expect them.</summary>
    static CommandSpec BuildShellLine(string line, ImmutableArray<string> args) => new()
    {
        Program = ShellLine.Rewrite(args.IsEmpty ? line : line + " \"$@\""),
        IsShellLine = true,
        Args = args,
        Interpreters = ["bash", "sh"],
    };

    static bool RefuseInterpreterArgs(AppDraft app, Dictionary<string, DataMember> given, ConfigScope scope, string why)
    {
        if (app.InterpreterArgs.IsEmpty)
        {
            return false;
        }

        var at = given["interpreter_args"];
        scope.Child(at).Error(at.KeyPosition, $"there is no interpreter to give these to: {why}", "set \"interpreter\", or write them in \"script\"");
        return true;
    }
}
