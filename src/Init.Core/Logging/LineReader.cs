namespace Init.Core.Logging;

/// <summary>The lines of one chunk. Take until there are no more: only then has the framer kept the half line at the end.</summary>
public ref struct LineReader
{
    readonly LineFramer _framer;
    ReadOnlySpan<byte> _rest;

    internal LineReader(LineFramer framer, ReadOnlySpan<byte> chunk)
    {
        _framer = framer;
        _rest = chunk;
    }

    /// <summary>Takes the next line.</summary>
    /// <returns>False when the chunk is used up; what was left of it is kept for the next chunk.</returns>
    public bool TryTake(out FramedLine line) => _framer.TryTake(ref _rest, out line);
}
