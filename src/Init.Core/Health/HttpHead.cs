using System.Buffers;
using System.Text;

namespace Init.Core.Health;

/// <summary>
/// Request line and header fields of one HTTP/1.x request (RFC 9112), read strictly: what two parsers could read differently is refused.
/// Lenient where real probes and people with `nc` are: "\n" ends a line, empty lines may precede, Host may be missing, the target may be a
/// whole URL. Nothing is kept of the fields but whether they promise a body.
/// </summary>
ref struct HttpHead
{
    static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    ReadOnlySpan<byte> _rest;
    bool _hasHost;
    bool _hasLength;

    /// <param name="received">All bytes so far.</param>
    public HttpHead(ReadOnlySpan<byte> received) => _rest = received;

    /// <summary>As sent; methods are case-sensitive.</summary>
    public ReadOnlySpan<byte> Method { get; private set; }

    /// <summary>Path of the target, not decoded.</summary>
    public ReadOnlySpan<byte> Path { get; private set; }

    /// <summary>What follows the target's first "?".</summary>
    public ReadOnlySpan<byte> Query { get; private set; }

    /// <summary>The fields promise a body that we would have to skip.</summary>
    public bool HasBody { get; private set; }

    /// <summary>Reads the head as far as it has come.</summary>
    /// <param name="limit">Longest head in bytes.</param>
    /// <param name="refusal">0, or the HTTP status that refuses the request.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryParse(int limit, out int refusal)
    {
        refusal = 0;
        var isTooLong = _rest.Length > limit;
        _rest = _rest[..Math.Min(_rest.Length, limit)].TrimStart("\r\n"u8);
        if (!_rest.IsEmpty && !char.IsAsciiLetter((char)_rest[0]))
        {
            // No method begins so: TLS on a plain port, or noise. It would never send the empty line we wait for.
            refusal = 400;
            return true;
        }

        var isFirst = true;
        while (TryTakeLine(out var line))
        {
            if (line.IsEmpty && !isFirst)
            {
                return true;
            }

            refusal = isFirst ? RequestLine(line) : Field(line);
            if (refusal != 0)
            {
                return true;
            }

            isFirst = false;
        }

        refusal = isTooLong ? 431 : 0;
        return isTooLong;
    }

    bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }

        line = _rest[..end];
        _rest = _rest[(end + 1)..];
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        return true;
    }

    int RequestLine(ReadOnlySpan<byte> line)
    {
        var methodEnd = line.IndexOf((byte)' ');
        var targetEnd = line.LastIndexOf((byte)' ');
        if (methodEnd <= 0 || targetEnd <= methodEnd + 1)
        {
            return 400;
        }

        Method = line[..methodEnd];
        var target = line[(methodEnd + 1)..targetEnd];
        var version = line[(targetEnd + 1)..];
        if (Method.ContainsAnyExcept(TokenBytes) || target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
        {
            return 400;
        }

        if (!version.SequenceEqual("HTTP/1.1"u8) && !version.SequenceEqual("HTTP/1.0"u8))
        {
            return IsVersion(version) ? 505 : 400;
        }

        return Target(target);
    }

    static bool IsVersion(ReadOnlySpan<byte> version) => version.Length == 8 && version.StartsWith("HTTP/"u8) && version[6] == '.'
        && char.IsAsciiDigit((char)version[5]) && char.IsAsciiDigit((char)version[7]);

    int Target(ReadOnlySpan<byte> target)
    {
        if (target[0] != '/')
        {
            var scheme = target.IndexOf("://"u8);
            if (scheme <= 0)
            {
                // "*" and "host:port" belong to methods that are not ours; those get their 405.
                return Method.SequenceEqual("GET"u8) || Method.SequenceEqual("HEAD"u8) ? 400 : 0;
            }

            target = target[(scheme + 3)..];
            var path = target.IndexOfAny((byte)'/', (byte)'?');
            target = path < 0 ? [] : target[path..];
        }

        var query = target.IndexOf((byte)'?');
        Path = query < 0 ? target : target[..query];
        Query = query < 0 ? [] : target[(query + 1)..];
        return 0;
    }

    int Field(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
        {
            // Also a folded line, and a space before the colon: the classic ways to smuggle.
            return 400;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        foreach (var b in value)
        {
            if (b is (< 0x20 and not (byte)'\t') or 0x7F)
            {
                return 400;
            }
        }

        if (EqualsIgnoreCase(name, "host"u8))
        {
            return Once(ref _hasHost);
        }

        if (EqualsIgnoreCase(name, "transfer-encoding"u8))
        {
            HasBody = true;
            return 0;
        }

        if (!EqualsIgnoreCase(name, "content-length"u8))
        {
            return 0;
        }

        HasBody |= value.ContainsAnyExcept((byte)'0');
        return value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? 400 : Once(ref _hasLength);
    }

    static int Once(ref bool seen)
    {
        var again = seen;
        seen = true;
        return again ? 400 : 0;
    }

    static bool EqualsIgnoreCase(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(name, lower);
}
