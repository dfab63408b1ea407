namespace Init.Core.Config;

/// <summary>How an ecosystem file is written.</summary>
public enum FileFormat
{
    /// <summary>The name does not say (standard input, no or an unknown extension): the content decides between JSON and YAML.</summary>
    ByContent,

    /// <summary>JSON with comments, trailing commas, single quotes and bare keys.</summary>
    Json,

    /// <summary>YAML 1.2.</summary>
    Yaml,

    /// <summary>JavaScript or TypeScript: a runtime of the image evaluates it and hands back JSON.</summary>
    Script,
}

/// <summary>What the name of a file says about it.</summary>
public static class FileFormats
{
    /// <summary>The format that the extension stands for. What is called `.js` here is evaluated; ask <see cref="IsConfigFile"/> first where it may be an app.</summary>
    public static FileFormat Of(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".json" or ".json5" => FileFormat.Json,
        ".yml" or ".yaml" => FileFormat.Yaml,
        var extension when IsScript(extension) => FileFormat.Script,
        _ => FileFormat.ByContent,
    };

    /// <summary>
    /// Whether a name on the command line is an ecosystem file and not a script to run. As in pm2 data files are, and scripts called
    /// `*.config.js`; here also scripts whose name begins with `ecosystem`, every script extension alike, and "-" (standard input).
    /// </summary>
    public static bool IsConfigFile(string name)
    {
        var file = Path.GetFileName(name);
        return file == "-" || Of(file) switch
        {
            FileFormat.Json or FileFormat.Yaml => true,
            FileFormat.Script => file.StartsWith("ecosystem", StringComparison.OrdinalIgnoreCase)
                || Path.GetExtension(Path.GetFileNameWithoutExtension(file)).Equals(".config", StringComparison.OrdinalIgnoreCase),
            FileFormat.ByContent => false,
        };
    }

    /// <summary>Whether an extension (lower case, with its dot) is JavaScript's or TypeScript's.</summary>
    internal static bool IsScript(string extension) => extension is ".js" or ".cjs" or ".mjs" || IsTypeScript(extension);

    /// <summary>Whether an extension (lower case, with its dot) is TypeScript's.</summary>
    internal static bool IsTypeScript(string extension) => extension is ".ts" or ".cts" or ".mts";
}
