using System.Collections.Immutable;

namespace Init.Core.Model;

/// <summary>
/// Which variables of pminit's own environment an app does not get (pm2: `filter_env`). What pminit promises and what the file sets
/// is never filtered.
/// </summary>
public sealed record EnvFilter
{
    /// <summary>Keeps nothing back.</summary>
    public static readonly EnvFilter None = new();

    /// <summary>Keep everything back, PATH included.</summary>
    public bool All { get; init; }

    /// <summary>The one variable to keep back; empty: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Keep back each variable whose name contains one of these; no item is empty. Case-sensitive.</summary>
    public ImmutableArray<string> Parts { get; init; } = [];

    /// <summary>True when the app does not get this variable.</summary>
    public bool Drops(string name)
    {
        if (All || (name == Name && name.Length > 0))
        {
            return true;
        }

        foreach (var part in Parts)
        {
            if (name.Contains(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
