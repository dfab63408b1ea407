using System.Text;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>One thing that is wrong (or only worth a warning) in an ecosystem file, with what to do about it.</summary>
public sealed record ConfigError
{
    /// <summary>File name as the user gave it, or the option or variable that is wrong.</summary>
    public required string File { get; init; }

    /// <summary>An option is wrong and not the file.</summary>
    public bool IsOption { get; init; }

    /// <summary>Where; unknown when the error speaks of the file as a whole.</summary>
    public SourcePosition Position { get; init; }

    /// <summary>Path of the field, as `apps[1].instances`; empty for the whole file.</summary>
    public string Path { get; init; } = "";

    /// <summary>What is wrong, in a few words, without a full stop.</summary>
    public required string Message { get; init; }

    /// <summary>What to do instead; empty when the message says it all.</summary>
    public string Hint { get; init; } = "";

    /// <summary>`ecosystem.json:3:14: apps[0].instnces: unknown field; did you mean "instances"?`, always one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(File);
        if (Position.Line > 0)
        {
            text.Append(':').Append(Position);
        }

        text.Append(": ");
        if (Path.Length > 0)
        {
            text.Append(Path).Append(": ");
        }

        text.Append(Message);
        if (Hint.Length > 0)
        {
            text.Append("; ").Append(Hint);
        }

        return text.ToString();
    }
}
