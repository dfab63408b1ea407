using System.Text;
using Init.Core.Model;

namespace Init.Core.Ipc;

/// <summary>
/// Which programs speak Node's IPC channel, and so have `process.send`: node, and bun. Under pm2 it is always there, and apps call it without looking.
/// </summary>
public static class NodeProgram
{
    /// <summary>As much of a file as a #! line can be long (the kernel reads as much).</summary>
    public const int HeadSize = 256;

    /// <summary>By its name: node, nodejs, node20, node-18.2, bun; with any folder before it.</summary>
    public static bool IsNode(ReadOnlySpan<char> program)
    {
        var name = NameOf(program);
        return name is "nodejs" or "bun" || (name.StartsWith("node") && IsVersion(name[4..]));
    }

    /// <summary>
    /// By its #! line, `env` and its options included.
    /// </summary>
    /// <param name="head">How the file begins: up to <see cref="HeadSize"/> bytes.</param>
    public static bool IsNodeScript(ReadOnlySpan<byte> head) => IsNode(InterpreterOf(head, out _));

    /// <summary>Node itself and its options as the #! line has them: `node --enable-source-maps`; null where the script is not Node's, or is bun's.</summary>
    /// <param name="head">As of <see cref="IsNodeScript"/>.</param>
    public static string? LineOfScript(ReadOnlySpan<byte> head)
    {
        var word = InterpreterOf(head, out var rest);
        return IsNode(word) && NameOf(word) is not "bun" ? string.Concat(word, rest.TrimEnd()) : null;
    }

    /// <summary>The shell line ends in node: the shell passes the channel on when it becomes the program.</summary>
    public static bool IsNodeLine(CommandSpec command) => command.IsShellLine && IsNode(ProgramOf(command));

    /// <summary>It is run by Node itself, whose `cluster` module we know; not by bun, whose channel is the same and whose cluster is not.</summary>
    public static bool IsNodeItself(CommandSpec command)
    {
        var program = command.IsShellLine || command.Interpreters.IsEmpty ? ProgramOf(command) : command.Interpreters[0];
        return IsNode(program) && NameOf(program) is not "bun";
    }

    /// <summary>
    /// The package manager that starts the app (`npm start`); empty when there is none. It is a Node program itself, and keeps the channel: the app that it
    /// starts has none.
    /// </summary>
    public static string PackageManagerOf(CommandSpec command)
    {
        var name = NameOf(ProgramOf(command));
        return name is "npm" or "npx" or "yarn" or "yarnpkg" or "pnpm" or "pnpx" ? name.ToString() : "";
    }

    /// <summary>What the #! line names, past `env` and its options; empty when there is no such line.</summary>
    static ReadOnlySpan<char> InterpreterOf(ReadOnlySpan<byte> head, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!head.StartsWith("#!"u8))
        {
            return default;
        }

        var end = head.IndexOf((byte)'\n');
        rest = Encoding.UTF8.GetString(head[2..(end < 0 ? head.Length : end)]).AsSpan();
        var word = NextWord(ref rest);
        if (NameOf(word) is "env")
        {
            do
            {
                word = NextWord(ref rest);
            }
            while (word.StartsWith("-") || word.IndexOf('=') >= 0);
        }

        return word;
    }

    /// <summary>Of a shell line the program that the shell becomes, if any.</summary>
    static ReadOnlySpan<char> ProgramOf(CommandSpec command)
    {
        if (!command.IsShellLine)
        {
            return command.Program;
        }

        var rest = command.Program.AsSpan();
        ReadOnlySpan<char> program = default;
        for (var word = NextWord(ref rest); !word.IsEmpty; word = NextWord(ref rest))
        {
            program = word is "exec" ? NextWord(ref rest) : program;
        }

        return program;
    }

    /// <summary>Empty when there is none.</summary>
    static ReadOnlySpan<char> NextWord(scoped ref ReadOnlySpan<char> rest)
    {
        var start = 0;
        while (start < rest.Length && rest[start] <= ' ')
        {
            start++;
        }

        var end = start;
        while (end < rest.Length && rest[end] > ' ')
        {
            end++;
        }

        var word = rest[start..end];
        rest = rest[end..];
        return word;
    }

    static bool IsVersion(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) && c is not ('-' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> program) => program[(program.LastIndexOf('/') + 1)..];
}
