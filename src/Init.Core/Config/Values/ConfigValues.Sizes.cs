using System.Globalization;
using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>Sizes in bytes.</summary>
static partial class ConfigValues
{
    /// <summary>2^53: beyond it a number of the file is not exact.</summary>
    const decimal LargestSize = 9_007_199_254_740_992;

    /// <summary>
    /// Bytes as a number, or text with K, M, G or T in any case ("200M", "1.5G", "512MiB", "100mb"), or a part of the container's memory
    /// ("80%"). All units are 1024-based, MB too: pm2 reads them so, and a limit that is a little larger harms nobody.
    /// </summary>
    /// <param name="node">The value.</param>
    /// <param name="scope">Where errors go; its context knows the memory limit.</param>
    /// <param name="value">Bytes, 0 to 2^53; a fraction is cut.</param>
    public static bool Size(DataNode node, ConfigScope scope, out long value)
    {
        value = 0;
        var text = node.Kind is DataKind.Number or DataKind.Text ? PlainNumber(node) : "";
        var digits = text.AsSpan()[..(text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)];
        var unit = text.AsSpan(digits.Length).TrimStart();
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || (node.Kind == DataKind.Number && number != decimal.Truncate(number)))
        {
            return Fail(node, scope, "a size: bytes, or text like \"200M\" or \"80%\"");
        }

        if (unit is "%")
        {
            return Part(number, node, scope, out value);
        }

        var bytes = UnitOf(unit);
        if (bytes == 0)
        {
            return Fail(node, scope, "a size like \"200M\"", "the units are B, K, M, G, T (also KB, KiB …) and %");
        }

        if (number < 0 || number > LargestSize / bytes)
        {
            scope.Error(node.Position, $"a size is between 0 and 8192 TiB, found {Words.Describe(node)}", "write bytes, or text like \"200M\"");
            return false;
        }

        value = (long)(number * bytes);
        return true;
    }

    static bool Part(decimal percent, DataNode node, ConfigScope scope, out long value)
    {
        value = 0;
        if (percent is <= 0 or > 100)
        {
            scope.Error(node.Position, $"a part of the memory is above 0% and at most 100%, found {Words.Describe(node)}", "write e.g. \"80%\"");
            return false;
        }

        if (scope.Report.Context.MemoryLimitBytes is not { } memory)
        {
            scope.Error(node.Position, $"{Words.Describe(node)} is a part of the memory, and how much the container may use cannot be told here",
                "write a size like \"200M\", or mount /proc or /sys/fs/cgroup");
            return false;
        }

        value = (long)(memory * percent / 100);
        return true;
    }

    /// <summary>0 for what is no unit.</summary>
    static decimal UnitOf(ReadOnlySpan<char> unit)
    {
        if (unit.Length is 0 || (unit.Length == 1 && unit[0] is 'B' or 'b'))
        {
            return 1;
        }

        var power = char.ToUpperInvariant(unit[0]) switch
        {
            'K' => 1L << 10,
            'M' => 1L << 20,
            'G' => 1L << 30,
            'T' => 1L << 40,
            _ => 0L,
        };
        var rest = unit[1..];
        return rest.Length == 0 || rest.Equals("B", StringComparison.OrdinalIgnoreCase) || rest.Equals("iB", StringComparison.OrdinalIgnoreCase) ? power : 0;
    }
}
