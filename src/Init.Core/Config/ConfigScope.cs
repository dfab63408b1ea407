using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Config.Data;
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

    /// <summary>Fields for apps that do not have them: weaker than the file, stronger than the field's own default.</summary>
    public ImmutableArray<DataMember> Defaults { get; set; } = [];

    /// <summary>`pminit.shutdown_timeout`, which is read before the apps.</summary>
    public TimeSpan? ShutdownTimeout { get; set; }

    /// <summary>Searches for a suggestion that are still allowed: a file of nothing but unknown fields must not keep PID 1 busy.</summary>
    public int SuggestionsLeft { get; set; } = 100;
}

/// <summary>A report together with the path of the field that is being read, so that no value parser builds paths.</summary>
/// <param name="Report">Where errors go.</param>
/// <param name="Path">The field.</param>
/// <param name="Origin">The option or variable that is read instead of a field of the file; null for the file.</param>
readonly record struct ConfigScope(ConfigReport Report, string Path, string? Origin = null)
{
    /// <summary>The scope of a field, which may come from an option.</summary>
    public ConfigScope Child(DataMember member) => member.Origin is null ? Child(member.Key) : new ConfigScope(Report, "", member.Origin);

    /// <summary>The scope of a member: `env.PORT`, or `env["my key"]` where the dot form would mislead.</summary>
    public ConfigScope Child(string key) => new(Report, Join(Path, key), Origin);

    /// <summary>The scope of a list item: `args[2]`.</summary>
    public ConfigScope Child(int index) => new(Report, Join(Path, index), Origin);

    public void Error(SourcePosition at, string message, string hint = "") => Add(Report.Errors, Make(at, message, hint));

    public void Warn(SourcePosition at, string message, string hint = "") => Add(Report.Warnings, Make(at, message, hint));

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

    /// <summary>An option is read once for each app, and its error is still one.</summary>
    void Add(List<ConfigError> found, ConfigError error)
    {
        if (Origin is null || !found.Contains(error))
        {
            found.Add(error);
        }
    }

    ConfigError Make(SourcePosition at, string message, string hint)
        => new() { File = Origin ?? Report.File, IsOption = Origin?.StartsWith('-') == true, Position = at, Path = Path, Message = message, Hint = hint };
}
