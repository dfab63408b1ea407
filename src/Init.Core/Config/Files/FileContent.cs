namespace Init.Core.Config;

/// <summary>A file that the ecosystem file names, as the machine delivers it: its bytes, or why there are none.</summary>
public sealed record FileContent
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>What is in it; null when it could not be read.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>Nothing is there (ENOENT, ENOTDIR): the one failure that an optional file is allowed.</summary>
    public bool IsMissing { get; init; }

    /// <summary>Why there are no bytes, in a few words ("permission denied"); empty when there are.</summary>
    public string Problem { get; init; } = "";
}
