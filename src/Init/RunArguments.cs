namespace Init;

/// <summary>
/// The words of `pminit [run] FILE [options]`, read without System.CommandLine: the supervisor's start does not pay for a parser of
/// help and completion. It accepts only what it is sure of; anything else (an unknown option, --help, a
/// verb) is left to CommandLine, which knows how to complain.
/// </summary>
sealed record RunArguments
{
    /// <summary>The ecosystem file; "-" is standard input.</summary>
    public required string File { get; init; }

    /// <summary>`--health` HOST:PORT, PORT or off; null when not given.</summary>
    public string? Health { get; init; }

    /// <summary>`--socket` PATH or off; null when not given.</summary>
    public string? Socket { get; init; }

    /// <summary>`--env` NAME, the profile; null when not given.</summary>
    public string? Env { get; init; }

    /// <summary>The arguments, or null when they are not certainly a run.</summary>
    public static RunArguments? TryRead(ReadOnlySpan<string> args)
    {
        if (args.Length > 0 && args[0] == "run")
        {
            args = args[1..];
        }

        string? file = null, health = null, socket = null, env = null;
        while (args.Length > 0)
        {
            if (TakeOption(ref args, "--health", ref health) || TakeOption(ref args, "--socket", ref socket) || TakeOption(ref args, "--env", ref env))
            {
                continue;
            }

            if (file is not null || (args[0].StartsWith('-') && args[0] != "-") || !LooksLikeFile(args[0]))
            {
                return null;
            }

            file = args[0];
            args = args[1..];
        }

        // `--env --health off`: the name was forgotten.
        var isSure = file is not null && (env is null || !env.StartsWith('-'));
        return isSure ? new RunArguments { File = file!, Health = health, Socket = socket, Env = env } : null;
    }

    /// <summary>A verb has no dot and no slash; a file that has neither must be spelled with ./ or after `run`.</summary>
    static bool LooksLikeFile(string word) => word == "-" || word.Contains('.') || word.Contains('/');

    static bool TakeOption(ref ReadOnlySpan<string> args, string name, ref string? value)
    {
        if (args[0] == name && args.Length > 1)
        {
            value = args[1];
            args = args[2..];
            return true;
        }

        if (args[0].StartsWith(name, StringComparison.Ordinal) && args[0].Length > name.Length && args[0][name.Length] == '=')
        {
            value = args[0][(name.Length + 1)..];
            args = args[1..];
            return true;
        }

        return false;
    }
}
