using System.Runtime.InteropServices;
using System.Text;

namespace Init.Linux.Interop;

/// <summary>A NUL-terminated UTF-8 copy of a string in native memory, for one call. Lone surrogates become U+FFFD.</summary>
public readonly unsafe ref struct Utf8z
{
    public Utf8z(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Pointer = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(Pointer, length));
        Pointer[length] = 0;
    }

    /// <summary>The bytes; valid until <see cref="Dispose"/>.</summary>
    public byte* Pointer { get; }

    public void Dispose() => NativeMemory.Free(Pointer);
}
