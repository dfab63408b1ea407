namespace Init.Core.Logging;

/// <summary>
/// Cuts one output stream of one worker into lines. Chunks arrive as the pipe gives them; the lines do not depend on where the chunks
/// were cut (unless the shared budget runs out).
/// </summary>
/// <remarks>
/// Constraints: nothing is allocated or copied for a line that lies inside a chunk; memory is bounded whatever a worker prints.
/// Scheme: lines are slices of the chunk. Only a half line at the chunk's end is copied into a buffer of our own, which grows with it and
/// goes when the line is out. A line above the limit is cut at a UTF-8 boundary; so is a half line for which the budget has no room, at
/// once. Every part but a line's last is marked partial, and a partial part is always followed by one that ends the line.
/// A line ends with "\n" or "\r\n". Empty lines are dropped, as pm2 does: in a JSON log they say nothing.
/// </remarks>
public sealed class LineFramer
{
    /// <summary>64 KiB: what a pipe holds, and what pm2 users know as the longest piece.</summary>
    public const int DefaultMaxLineBytes = 64 * 1024;

    /// <summary>Shorter limits could not hold one UTF-8 character.</summary>
    public const int SmallestMaxLineBytes = 8;

    /// <summary>Room for a cut character, which is held even when the budget is used up.</summary>
    const int TailBuffer = 8;

    const int SmallestBuffer = 128;

    readonly LineBudget _budget;
    readonly int _max;
    byte[] _held = [];
    int _heldLength;
    int _reserved;
    int _drop;
    bool _continuing;

    /// <param name="budget">Shared by all framers; null is a budget of its own.</param>
    /// <param name="maxLineBytes">Longest text of one part, <see cref="SmallestMaxLineBytes"/> or more.</param>
    public LineFramer(LineBudget? budget = null, int maxLineBytes = DefaultMaxLineBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, SmallestMaxLineBytes);
        _budget = budget ?? new LineBudget();
        _max = maxLineBytes;
    }

    /// <summary>Bytes of the half line that is held.</summary>
    public int HeldBytes => _heldLength - _drop;

    /// <summary>Begins a chunk. Take all its lines before the next call.</summary>
    public LineReader Feed(ReadOnlySpan<byte> chunk) => new(this, chunk);

    /// <summary>At the end of the stream: takes the half line that no newline ended, and gives the buffer back.</summary>
    /// <returns>False when there is none.</returns>
    public bool TakeRest(out FramedLine line)
    {
        DropTaken();
        var text = WithoutReturn(_held.AsSpan(0, _heldLength));
        var taken = Final(text, out line);
        ReleaseHeld();
        return taken;
    }

    internal bool TryTake(scoped ref ReadOnlySpan<byte> rest, out FramedLine line)
    {
        DropTaken();
        while (!rest.IsEmpty)
        {
            var taken = _heldLength == 0 ? FromChunk(ref rest, out line) : FromHeld(ref rest, out line);
            if (taken)
            {
                return true;
            }

            DropTaken();
        }

        line = default;
        return false;
    }

    /// <summary>Nothing is held: the line is a slice of the chunk.</summary>
    bool FromChunk(scoped ref ReadOnlySpan<byte> rest, out FramedLine line)
    {
        // Two more than the limit: a line of just the limit may end in "\r\n".
        var window = rest[..Math.Min(rest.Length, _max + 2)];
        var end = window.IndexOf((byte)'\n');
        var raw = end < 0 ? window : window[..end];
        if (IsTooLong(raw))
        {
            var cut = Utf8Cut.Before(raw, _max);
            line = Partial(raw[..cut]);
            rest = rest[cut..];
            return true;
        }

        if (end >= 0)
        {
            rest = rest[(end + 1)..];
            return Final(WithoutReturn(raw), out line);
        }

        rest = [];
        if (TryHold(raw))
        {
            line = default;
            return false;
        }

        var whole = Utf8Cut.BeforeUnfinished(raw);
        Hold(raw[whole..]);
        line = Partial(raw[..whole]);
        return whole > 0;
    }

    /// <summary>A half line is held: the chunk completes it, or at least adds to it.</summary>
    bool FromHeld(scoped ref ReadOnlySpan<byte> rest, out FramedLine line)
    {
        var window = rest[..Math.Min(rest.Length, _max + 2 - _heldLength)];
        var end = window.IndexOf((byte)'\n');
        var more = end < 0 ? window : window[..end];
        if (!TryHold(more))
        {
            rest = rest[FillHeld(more)..];
            return FlushHeld(out line);
        }

        rest = rest[more.Length..];
        var raw = _held.AsSpan(0, _heldLength);
        if (IsTooLong(raw))
        {
            _drop = Utf8Cut.Before(raw, _max);
            line = Partial(raw[.._drop]);
            return true;
        }

        if (end < 0)
        {
            line = default;
            return false;
        }

        rest = rest[1..];
        _drop = _heldLength;
        return Final(WithoutReturn(raw), out line);
    }

    /// <summary>The budget is used up: uses what room the buffer has, so that a cut character gets its other half.</summary>
    int FillHeld(ReadOnlySpan<byte> more)
    {
        var fill = Math.Min(more.Length, Math.Min(_held.Length, _max) - _heldLength);
        if (fill <= 0)
        {
            return 0;
        }

        Hold(more[..fill]);
        return fill;
    }

    /// <summary>What is held goes out as a part, up to its last whole character.</summary>
    bool FlushHeld(out FramedLine line)
    {
        _drop = Utf8Cut.BeforeUnfinished(_held.AsSpan(0, _heldLength));
        line = Partial(_held.AsSpan(0, _drop));
        return _drop > 0;
    }

    bool IsTooLong(ReadOnlySpan<byte> raw) => raw.Length > _max + 1 || (raw.Length == _max + 1 && raw[^1] != '\r');

    static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> raw) => !raw.IsEmpty && raw[^1] == '\r' ? raw[..^1] : raw;

    FramedLine Partial(ReadOnlySpan<byte> text)
    {
        var line = new FramedLine(text, isPartial: true, _continuing);
        _continuing |= !text.IsEmpty;
        return line;
    }

    /// <summary>The end of a line. An empty one is dropped, unless it is needed to end a line whose parts are already out.</summary>
    bool Final(ReadOnlySpan<byte> text, out FramedLine line)
    {
        line = new FramedLine(text, isPartial: false, _continuing);
        var wanted = !text.IsEmpty || _continuing;
        _continuing = false;
        return wanted;
    }

    bool TryHold(ReadOnlySpan<byte> more)
    {
        var needed = _heldLength + more.Length;
        if (needed > _held.Length && !TryGrow(needed))
        {
            return false;
        }

        Hold(more);
        return true;
    }

    bool TryGrow(int needed)
    {
        var roomy = Math.Min(Math.Max(Math.Max(needed, 2 * _reserved), SmallestBuffer), Math.Max(needed, _max + 2));
        var size = _budget.TryReserve(roomy - _reserved) ? roomy
            : _budget.TryReserve(needed - _reserved) ? needed
            : 0;
        if (size == 0)
        {
            return false;
        }

        _reserved = size;
        Array.Resize(ref _held, size);
        return true;
    }

    void Hold(ReadOnlySpan<byte> more)
    {
        if (_heldLength + more.Length > _held.Length)
        {
            // Only a cut character gets here: at most three bytes, outside the budget.
            Array.Resize(ref _held, TailBuffer);
        }

        more.CopyTo(_held.AsSpan(_heldLength));
        _heldLength += more.Length;
    }

    /// <summary>Forgets what the last line taken stood on. Not before: the caller was still reading it.</summary>
    void DropTaken()
    {
        if (_drop == 0)
        {
            return;
        }

        _held.AsSpan(_drop, _heldLength - _drop).CopyTo(_held);
        _heldLength -= _drop;
        _drop = 0;
        if (_heldLength == 0)
        {
            ReleaseHeld();
        }
    }

    void ReleaseHeld()
    {
        _budget.Release(_reserved);
        _reserved = 0;
        _held = [];
        _heldLength = 0;
        _drop = 0;
    }
}
