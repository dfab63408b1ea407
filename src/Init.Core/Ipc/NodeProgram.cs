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
        return name is "nodejs" or "bun" || (name.StartsWith("node", StringComparison.Ordinal) && name[4..].Trim("-.0123456789").IsEmpty);
    }

    /// <summary>
    /// By its #! line, `env` and its options included.
    /// </summary>
    /// <param name="head">How the file begins: up to <see cref="HeadSize"/> bytes.</param>
    public static bool IsNodeScript(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8))
        {
            return false;
        }

        var end = head.IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(head[2..(end < 0 ? head.Length : end)]).Replace('\t', ' ').TrimEnd('\r');
        var isEnv = false;
        foreach (var word in line.Split(' '))
        {
            if (word.Length == 0 || (isEnv && (word[0] == '-' || word.Contains('='))))
            {
                continue;
            }

            if (isEnv || NameOf(word) is not "env")
            {
                return IsNode(word);
            }

            isEnv = true;
        }

        return false;
    }

    /// <summary>The shell line ends in node: the shell passes the channel on when it becomes the program.</summary>
    public static bool IsNodeLine(CommandSpec command) => command.IsShellLine && IsNode(ProgramOf(command));

    /// <summary>
    /// The package manager that starts the app (`npm start`); empty when there is none. It is a Node program itself, and keeps the channel: the app that it
    /// starts has none.
    /// </summary>
    public static string PackageManagerOf(CommandSpec command)
    {
        var name = NameOf(ProgramOf(command));
        return name is "npm" or "npx" or "yarn" or "yarnpkg" or "pnpm" or "pnpx" ? name.ToString() : "";
    }

    /// <summary>Of a shell line the program that the shell becomes, if any.</summary>
    static ReadOnlySpan<char> ProgramOf(CommandSpec command)
    {
        var text = command.Program.AsSpan();
        if (!command.IsShellLine)
        {
            return text;
        }

        const string Exec = "exec ";
        var at = text.LastIndexOf(Exec, StringComparison.Ordinal);
        if (at < 0)
        {
            return default;
        }

        var rest = text[(at + Exec.Length)..].TrimStart(' ');
        var end = rest.IndexOf(' ');
        return end < 0 ? rest : rest[..end];
    }

    static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> program) => program[(program.LastIndexOf('/') + 1)..];
}
