using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>
/// Turns offsets of a text into lines and columns. Made for offsets that mostly grow: counting from the line's start each time would be
/// quadratic on one-line files. An offset before the last one is counted from the beginning, so ask for such only in errors.
/// </summary>
sealed class Places(string text)
{
    int _at;
    int _line = 1;
    int _column = 1;

    public SourcePosition At(int offset)
    {
        if (offset < _at)
        {
            (_at, _line, _column) = (0, 1, 1);
        }

        for (; _at < offset; _at++)
        {
            var c = text[_at];
            if (c == '\n' || (c == '\r' && (_at + 1 >= text.Length || text[_at + 1] != '\n')))
            {
                _line++;
                _column = 1;
            }
            else if (!char.IsLowSurrogate(c))
            {
                _column++;
            }
        }

        return new SourcePosition(_line, _column);
    }
}
