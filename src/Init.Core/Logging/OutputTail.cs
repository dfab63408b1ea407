namespace Init.Core.Logging;

/// <summary>
/// The last lines of one process, in a ring that is allocated once, with the first line. What it says on stderr counts; stdout only as long as stderr is
/// silent.
/// </summary>
public sealed class OutputTail
{
    const int Size = 2048;

    byte[]? _ring;
    int _next;
    int _length;
    bool _isCut;

    /// <summary>The lines are of stderr.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Keeps a line, or a part of one; the oldest bytes go.</summary>
    public void Add(FramedLine line, bool isError)
    {
        if (isError != HasErrors)
        {
            if (HasErrors)
            {
                return;
            }

            (HasErrors, _length, _isCut) = (true, 0, false);
        }

        _ring ??= new byte[Size];
        Put(line.Text);
        if (!line.IsPartial)
        {
            Put("\n"u8);
        }
    }

    /// <summary>What is kept, from the beginning of a line where that is there; each line with its end.</summary>
    public byte[] Lines()
    {
        if (_ring is null)
        {
            return [];
        }

        var lines = new byte[_length];
        var start = (_next - _length + Size) % Size;
        var first = Math.Min(_length, Size - start);
        _ring.AsSpan(start, first).CopyTo(lines);
        _ring.AsSpan(0, _length - first).CopyTo(lines.AsSpan(first));
        if (!_isCut)
        {
            return lines;
        }

        var whole = lines.AsSpan().IndexOf((byte)'\n') + 1;
        if (whole > 0 && whole < lines.Length)
        {
            return lines[whole..];
        }

        // One line fills it all: from its first whole character.
        var from = 0;
        while (from < 4 && Utf8Cut.IsContinuation(lines[from]))
        {
            from++;
        }

        return lines[(from < 4 ? from : 0)..];
    }

    void Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Size)
        {
            bytes = bytes[^Size..];
            _isCut = true;
        }

        _isCut |= _length + bytes.Length > Size;
        _length = Math.Min(_length + bytes.Length, Size);
        var first = Math.Min(bytes.Length, Size - _next);
        bytes[..first].CopyTo(_ring.AsSpan(_next));
        bytes[first..].CopyTo(_ring);
        _next = (_next + bytes.Length) % Size;
    }
}
