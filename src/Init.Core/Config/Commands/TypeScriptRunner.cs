using System.Collections.Immutable;
using System.Globalization;

namespace Init.Core.Config;

/// <summary>What runs a TypeScript file that names no interpreter: bun where there is one, else a node that can, as in pm2.</summary>
/// <param name="Interpreter">The program; empty when there is none.</param>
/// <param name="Args">What it must be told; before the app's own interpreter arguments.</param>
/// <param name="Problem">Why there is none; empty when there is.</param>
sealed record TypeScriptRunner(string Interpreter, ImmutableArray<string> Args, string Problem)
{
    /// <summary>Chooses.</summary>
    /// <param name="extension">Of the script, in lower case, with its dot.</param>
    /// <param name="runtime">What the machine has: "bun", "node v22.18.0", or empty.</param>
    public static TypeScriptRunner For(string extension, string runtime)
    {
        if (runtime == "bun")
        {
            return new TypeScriptRunner("bun", [], "");
        }

        if (runtime.Length == 0)
        {
            return None("TypeScript needs bun, or node 22.6 or later, and neither is in PATH");
        }

        if (extension == ".tsx")
        {
            return None("a .tsx file needs bun, which is not in PATH; node does not read JSX");
        }

        var dots = runtime[(runtime.LastIndexOf('v') + 1)..].Split('.');
        if (dots.Length < 2 || !int.TryParse(dots[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(dots[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            || (major, minor).CompareTo((22, 6)) < 0)
        {
            return None($"{Words.Cut(runtime)} cannot run TypeScript; 22.6 and later can");
        }

        // On by itself since 22.18, and in the next line since 23.6.
        var needsFlag = (major == 22 && minor < 18) || (major == 23 && minor < 6);
        return new TypeScriptRunner("node", needsFlag ? ["--experimental-strip-types"] : [], "");
    }

    static TypeScriptRunner None(string problem) => new("", [], problem);
}
