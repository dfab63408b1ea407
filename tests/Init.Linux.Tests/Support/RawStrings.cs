using System.Runtime.InteropServices;
using System.Text;
using Init.Linux.Runtime;

namespace Init.Linux.Tests.Support;

/// <summary>A NULL-terminated block of C strings; each character of the text is one byte (Latin-1).</summary>
sealed unsafe class RawStrings : IDisposable
{
    readonly byte** _items;
    readonly int _count;

    public RawStrings(params string[] items)
    {
        _count = items.Length;
        _items = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var bytes = Encoding.Latin1.GetBytes(items[i] + "\0");
            _items[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>(_items[i], bytes.Length));
        }
    }

    public byte** Pointer => _items;

    /// <summary>What pminit would have been started with: this environment and no arguments.</summary>
    public Inherited AsInherited() => new() { Environ = _items, Argv = _items + _count, Argc = 0 };

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(_items[i]);
        }

        NativeMemory.Free(_items);
    }
}
