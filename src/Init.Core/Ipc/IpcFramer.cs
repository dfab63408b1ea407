using Init.Core.Logging;

namespace Init.Core.Ipc;

/// <summary>
/// Cuts what comes over Node's IPC channel into messages: one JSON value each, ended by a newline. Nothing is kept but a half message, and of one longer
/// than the limit only the head is given, at once: who sends without end, or never a newline, costs the limit and no more.
/// </summary>
/// <param name="limit">The longest message that is given whole, in bytes; 1 or more.</param>
public sealed class IpcFramer(int limit)
{
    readonly ByteBuffer _half = new(keepBytes: 0);
    bool _isGiven;
    bool _isSkipping;

    /// <summary>Bytes kept of a half message.</summary>
    public int Kept => _half.Length;

    /// <summary>Takes the next message. Take until there are no more: only then is the half one at the end kept.</summary>
    /// <param name="rest">What was read; what is used up of it goes.</param>
    /// <param name="message">Without its newline, never empty; valid until the next call.</param>
    /// <returns>False when all is used up.</returns>
    public bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> message)
    {
        if (_isGiven)
        {
            Clear();
        }

        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var isWhole = end >= 0;
            var part = isWhole ? rest[..end] : rest;
            rest = isWhole ? rest[(end + 1)..] : default;
            if (_isSkipping)
            {
                _isSkipping = !isWhole;
                continue;
            }

            var room = limit - _half.Length;
            _isSkipping = part.Length > room && !isWhole;
            if (part.Length <= room && !isWhole)
            {
                _half.Append(part);
                break;
            }

            message = Join(part[..Math.Min(part.Length, room)]);
            if (!message.IsEmpty)
            {
                return true;
            }
        }

        message = default;
        return false;
    }

    /// <summary>Forgets the half message.</summary>
    public void Clear()
    {
        _half.Clear();
        _isGiven = false;
    }

    ReadOnlySpan<byte> Join(ReadOnlySpan<byte> part)
    {
        if (_half.Length == 0)
        {
            return part;
        }

        _half.Append(part);
        _isGiven = true;
        return _half.Span;
    }
}
