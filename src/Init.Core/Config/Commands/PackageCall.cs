using System.Collections.Immutable;

namespace Init.Core.Config;

/// <summary>What the words after npm, yarn, pnpm or npx ask for: a script of package.json, or a program of node_modules/.bin, with arguments.</summary>
sealed class PackageCall
{
    /// <summary>A script of package.json is meant, else a program.</summary>
    public bool IsScript { get; private init; }

    /// <summary>Where there is no such script, the program of that name is meant, as yarn and pnpm have it.</summary>
    public bool MayBeProgram { get; private init; }

    /// <summary>The script or program.</summary>
    public string Name { get; private init; } = "";

    /// <summary>What the script or program gets.</summary>
    public ImmutableArray<string> Args { get; private init; } = [];

    /// <summary>Why it is something else; empty when it is not.</summary>
    public string Problem { get; private init; } = "";

    /// <summary>Reads the words.</summary>
    /// <param name="manager">As <see cref="Ipc.NodeProgram.PackageManagerOf"/> has it.</param>
    /// <param name="words">After its name.</param>
    public static PackageCall Read(string manager, ImmutableArray<string> words)
    {
        var at = SkipQuiet(manager, words, 0);
        var verb = WordAt(words, at);
        if (manager is "npx")
        {
            return Program(manager, words, at);
        }

        if (manager is "pnpx" || verb is "dlx")
        {
            return Refuse($"{manager} downloads what it runs");
        }

        if (verb.Length == 0)
        {
            return Refuse($"nothing says which script {manager} is to run");
        }

        var isNpm = manager is "npm";
        if (verb is "run" or "run-script")
        {
            return Script(manager, words, SkipQuiet(manager, words, at + 1), mayBeProgram: manager is "yarn" or "yarnpkg");
        }

        if (verb is "exec" && manager is "npm" or "pnpm")
        {
            return Program(manager, words, SkipQuiet(manager, words, at + 1));
        }

        return isNpm && verb is not "start" && verb[0] != '-' ? Refuse($"\"npm {Words.Cut(verb)}\" runs no script of package.json")
            : Script(manager, words, at, mayBeProgram: !isNpm);
    }

    static PackageCall Script(string manager, ImmutableArray<string> words, int at, bool mayBeProgram)
    {
        var name = WordAt(words, at);
        if (name.Length == 0 || name[0] == '-')
        {
            return Refuse(name.Length == 0 ? $"nothing says which script {manager} is to run" : Foreign(manager, name));
        }

        if (manager is not "npm")
        {
            if (mayBeProgram && IsVerb(name))
            {
                return Refuse($"\"{manager} {name}\" runs no script of package.json");
            }

            // Both take everything after the name for the script's, with or without the mark.
            var first = at + (WordAt(words, at + 1) is "--" ? 2 : 1);
            return new PackageCall { IsScript = true, MayBeProgram = mayBeProgram, Name = name, Args = words[first..] };
        }

        var args = ImmutableArray.CreateBuilder<string>();
        for (var i = at + 1; i < words.Length; i++)
        {
            if (words[i] is "--")
            {
                args.AddRange(words[(i + 1)..]);
                break;
            }

            if (words[i].StartsWith('-') && !IsQuiet(manager, words[i]))
            {
                return Refuse(Foreign(manager, words[i]) + "; options of the script come after \"--\"");
            }

            if (!words[i].StartsWith('-'))
            {
                args.Add(words[i]);
            }
        }

        return new PackageCall { IsScript = true, Name = name, Args = args.ToImmutable() };
    }

    static PackageCall Program(string manager, ImmutableArray<string> words, int at)
    {
        var name = WordAt(words, at);
        if (name is "--")
        {
            name = WordAt(words, ++at);
        }

        return name.Length == 0 ? Refuse($"nothing says what {manager} is to run")
            : name[0] == '-' ? Refuse(Foreign(manager, name))
            : new PackageCall { Name = name, Args = words[(at + 1)..] };
    }

    static string Foreign(string manager, string option) => $"{Words.Quote(option)} is an option of {manager}, which nothing but {manager} can obey";

    static int SkipQuiet(string manager, ImmutableArray<string> words, int at)
    {
        while (IsQuiet(manager, WordAt(words, at)))
        {
            at++;
        }

        return at;
    }

    /// <summary>Changes only what the package manager itself prints or asks.</summary>
    static bool IsQuiet(string manager, string word)
        => word is "-s" or "--silent" or "--quiet" || (manager is "npx" && word is "-y" or "--yes" or "--no-install" or "--no" or "-q");

    /// <summary>What yarn and pnpm do by themselves, whatever scripts there are.</summary>
    static bool IsVerb(string name) => name is "add" or "create" or "exec" or "install" or "i" or "init" or "node" or "remove" or "up" or "update" or "upgrade" or "workspace" or "workspaces" or "global";

    static string WordAt(ImmutableArray<string> words, int at) => at < words.Length ? words[at] : "";

    static PackageCall Refuse(string problem) => new() { Problem = problem };
}
