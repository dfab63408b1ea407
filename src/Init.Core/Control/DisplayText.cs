using System.Buffers;
using System.Globalization;
using System.Text;

namespace Init.Core.Control;

/// <summary>
/// Text of unknown origin on a terminal: how many columns it takes, and without what could move the cursor or turn the writing round. A good
/// approximation of wcwidth(3); terminals disagree about the rest.
/// </summary>
public static class DisplayText
{
    /// <summary>First and last scalar of the blocks that take two columns (Unicode East Asian Width W and F, and emoji).</summary>
    static readonly (int First, int Last)[] WideBlocks =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x23E9, 0x23EC), (0x2614, 0x2615), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
        (0x26D4, 0x26D4), (0x2705, 0x2705), (0x274C, 0x274C), (0x2728, 0x2728), (0x2753, 0x2757), (0x2B50, 0x2B50),
        (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF01, 0xFF60),
        (0xFFE0, 0xFFE6), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F19A), (0x1F200, 0x1F64F), (0x1F680, 0x1F6FC),
        (0x1F7E0, 0x1F7EB), (0x1F90C, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Control and format characters, lone surrogates and line separators as "\u{1b}".</summary>
    public static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf16(rest, out var rune, out var used) == OperationStatus.Done;
            if (whole && !MustHide(rune))
            {
                safe.Append(rest[..used]);
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{(whole ? rune.Value : rest[0]):x}}}");
            }

            rest = rest[used..];
        }

        return safe.ToString();
    }

    /// <summary>Columns that safe text takes.</summary>
    public static int Columns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
                _ => IsWide(rune.Value) ? 2 : 1,
            };
        }

        return columns;
    }

    static bool MustHide(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,

        // All but the joiners, which scripts and emoji need: mostly what turns the direction of writing.
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    static bool IsWide(int value)
    {
        foreach (var (first, last) in WideBlocks)
        {
            if (value >= first && value <= last)
            {
                return true;
            }
        }

        return false;
    }
}
