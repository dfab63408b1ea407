using System.Runtime.InteropServices;
using Init.Linux.Interop;

namespace Init.Linux.Tests.Interop;

public unsafe class Utf8zTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("žluťoučký 🐎", "žluťoučký 🐎")]
    public void Pointer_HoldsUtf8WithItsNul(string text, string expected)
    {
        using var copy = new Utf8z(text);
        Assert.Equal(expected, Marshal.PtrToStringUTF8((nint)copy.Pointer));
    }

    /// <summary>Not a row: an attribute cannot hold half a character.</summary>
    [Fact]
    public void Pointer_HoldsTheReplacementCharacter_WhenHalfACharacterStandsAlone()
    {
        using var copy = new Utf8z("lone " + (char)0xd800 + " half");
        Assert.Equal("lone \ufffd half", Marshal.PtrToStringUTF8((nint)copy.Pointer));
    }
}
