using System.Globalization;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Collects what is found while one file is read.</summary>
sealed class ConfigReport(string file, ConfigContext context)
{
    public string File { get; } = file;

    /// <summary>What references in the file's texts are resolved from.</summary>
    public ConfigContext Context { get; } = context;

    public List<ConfigError> Errors { get; } = [];

    public List<ConfigError> Warnings { get; } = [];

    /// <summary>Names of the profiles of all apps; null until there is an app.</summary>
    public SortedSet<string>? Profiles { get; set; }

    /// <summary>Searches for a suggestion that are still allowed: a file of nothing but unknown fields must not keep PID 1 busy.</summary>
    public int SuggestionsLeft { get; set; } = 100;
}

/// <summary>A report together with the path of the field that is being read, so that no value parser builds paths.</summary>
readonly record struct ConfigScope(ConfigReport Report, string Path)
{
    /// <summary>The scope of a member: `env.PORT`, or `env["my key"]` where the dot form would mislead.</summary>
    public ConfigScope Child(string key) => new(Report, Join(Path, key));

    /// <summary>The scope of a list item: `args[2]`.</summary>
    public ConfigScope Child(int index) => new(Report, Join(Path, index));

    public void Error(SourcePosition at, string message, string hint = "") => Report.Errors.Add(Make(at, message, hint));

    public void Warn(SourcePosition at, string message, string hint = "") => Report.Warnings.Add(Make(at, message, hint));

    public static string Join(string path, string key)
    {
        if (key.Length is 0 or > Words.Longest)
        {
            return $"{path}[{Words.Quote(key)}]";
        }

        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '$'))
            {
                return $"{path}[{Words.Quote(key)}]";
            }
        }

        return path.Length == 0 ? key : $"{path}.{key}";
    }

    public static string Join(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    ConfigError Make(SourcePosition at, string message, string hint)
        => new() { File = Report.File, Position = at, Path = Path, Message = message, Hint = hint };
}
