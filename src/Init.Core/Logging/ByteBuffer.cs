using System.Buffers;

namespace Init.Core.Logging;

/// <summary>
/// A queue of bytes in one array: written at the end, taken from the front. What `ArrayBufferWriter` lacks is the front
/// (<see cref="Consume"/>) and giving memory back: when the last byte is taken and the array is larger than the kept size, the array goes.
/// </summary>
/// <remarks>
/// Spans and memories handed out are valid until the next write or take. The buffer itself has no upper bound; whoever writes to it has.
/// </remarks>
public sealed class ByteBuffer : IBufferWriter<byte>
{
    const int SmallestArray = 256;

    readonly int _keepBytes;
    byte[] _bytes = [];
    int _start;
    int _end;

    /// <summary>An empty buffer; it allocates at the first write.</summary>
    /// <param name="keepBytes">An array up to this size is kept when the buffer runs empty; 0 or more.</param>
    public ByteBuffer(int keepBytes = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepBytes);
        _keepBytes = keepBytes;
    }

    /// <summary>Bytes written and not yet taken.</summary>
    public int Length => _end - _start;

    /// <summary>Size of the array behind, in bytes.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The bytes written and not yet taken.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

    /// <summary>The same bytes, for APIs that want a memory.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, Length);

    /// <summary>Writes bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        EnsureRoom(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Writes one byte at the end.</summary>
    public void Append(byte value)
    {
        EnsureRoom(1);
        _bytes[_end++] = value;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_end);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _end);
        _end += count;
    }

    /// <summary>Takes bytes from the front.</summary>
    /// <param name="count">0..<see cref="Length"/>; anything else throws.</param>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        _start += count;
        if (_start == _end)
        {
            Clear();
        }
    }

    /// <summary>Takes back what was written last.</summary>
    /// <param name="count">0..<see cref="Length"/>; anything else throws.</param>
    public void Unwrite(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        _end -= count;
    }

    /// <summary>Takes everything.</summary>
    public void Clear()
    {
        _start = 0;
        _end = 0;
        if (_bytes.Length > _keepBytes)
        {
            _bytes = [];
        }
    }

    void EnsureRoom(int count)
    {
        if (_bytes.Length - _end >= count)
        {
            return;
        }

        var needed = checked(Length + count);
        if (needed <= _bytes.Length && _start >= _bytes.Length / 2)
        {
            // At least half of the array is free in front: moving costs no more than what was taken before it.
            Span.CopyTo(_bytes);
        }
        else
        {
            var larger = new byte[Math.Max(Math.Max(needed, SmallestArray), (int)Math.Min(2L * Length, Array.MaxLength))];
            Span.CopyTo(larger);
            _bytes = larger;
        }

        _end -= _start;
        _start = 0;
    }
}
