namespace Init.Core.Health;

/// <summary>The first line of an HTTP/1 answer, which is all that a check wants to know.</summary>
public static class HttpStatusLine
{
    /// <summary>The code of an answer.</summary>
    /// <param name="answer">Its first bytes.</param>
    /// <returns>100 to 999; 0 for what is no HTTP.</returns>
    public static int Read(ReadOnlySpan<byte> answer)
    {
        const int CodeAt = 9; // after "HTTP/1.1 "
        const int Length = 3;
        if (answer.Length < CodeAt + Length || !answer.StartsWith("HTTP/1."u8) || answer[CodeAt - 1] != ' '
            || (answer.Length > CodeAt + Length && answer[CodeAt + Length] is not ((byte)' ' or (byte)'\r' or (byte)'\n')))
        {
            return 0;
        }

        var code = 0;
        foreach (var c in answer.Slice(CodeAt, Length))
        {
            if (c is < (byte)'0' or > (byte)'9')
            {
                return 0;
            }

            code = (code * 10) + (c - '0');
        }

        return code >= 100 ? code : 0;
    }

    /// <summary>Whether a code says that all is well: 2xx and 3xx.</summary>
    public static bool IsWell(int code) => code is >= 200 and < 400;
}
