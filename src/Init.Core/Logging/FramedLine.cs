namespace Init.Core.Logging;

/// <summary>One line of a worker's output, or one part of a line that was too long to keep whole.</summary>
/// <remarks>The text is a slice of the caller's chunk or of the framer's buffer: valid until the next line is taken.</remarks>
public readonly ref struct FramedLine
{
    /// <param name="text">The bytes.</param>
    /// <param name="isPartial">More of the same line follows.</param>
    /// <param name="isContinuation">Something of the same line came before.</param>
    public FramedLine(ReadOnlySpan<byte> text, bool isPartial = false, bool isContinuation = false)
    {
        Text = text;
        IsPartial = isPartial;
        IsContinuation = isContinuation;
    }

    /// <summary>The bytes without line end; any bytes, not necessarily UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>More of the same line follows in the next part.</summary>
    public bool IsPartial { get; }

    /// <summary>This is not the line's first part.</summary>
    public bool IsContinuation { get; }

    /// <summary>The whole line, nothing before it and nothing after.</summary>
    public bool IsWhole => !IsPartial && !IsContinuation;
}
