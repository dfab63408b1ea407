using System.Runtime.InteropServices;
using System.Text;

namespace Init.Linux.Runtime;

/// <summary>
/// A NULL-terminated array of C strings for execve(2): ours to free, or borrowed from <see cref="Inherited"/>. Lives for one spawn.
/// </summary>
public sealed unsafe class StringBlock : IDisposable
{
    byte** _items;
    int _capacity;
    bool[] _isOwned;

    public StringBlock(int capacity)
    {
        _capacity = Math.Max(capacity, 8);
        _items = (byte**)NativeMemory.AllocZeroed((nuint)_capacity + 1, (nuint)sizeof(byte*));
        _isOwned = new bool[_capacity];
    }

    /// <summary>What execve takes.</summary>
    public byte** Pointer => _items;

    /// <summary>Entries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a UTF-8 copy of a string.</summary>
    public void Add(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        Append(copy, owned: true);
    }

    /// <summary>Adds a string that outlives this block, byte for byte.</summary>
    public void Borrow(byte* text) => Append(text, owned: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < Count; i++)
        {
            if (_isOwned[i])
            {
                NativeMemory.Free(_items[i]);
            }
        }

        NativeMemory.Free(_items);
        _items = null;
        Count = 0;
    }

    void Append(byte* text, bool owned)
    {
        if (Count == _capacity)
        {
            _capacity *= 2;
            _items = (byte**)NativeMemory.Realloc(_items, ((nuint)_capacity + 1) * (nuint)sizeof(byte*));
            Array.Resize(ref _isOwned, _capacity);
        }

        _items[Count] = text;
        _isOwned[Count++] = owned;
        _items[Count] = null;
    }
}
