using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Reads one kind of value from a node.</summary>
/// <returns>False when the value is wrong; then an error is in the report, unless the node is Invalid (reported before).</returns>
delegate bool ValueReader<T>(DataNode node, ConfigScope scope, out T value);

/// <summary>
/// Plain values: booleans, numbers, durations, texts, exit codes, signals. As in pm2 a number may be written as text; unlike pm2 a
/// boolean may too, because files are written by templates. Every range is checked here, so that the model holds no surprises.
/// </summary>
static partial class ConfigValues
{
    /// <summary>pm2 hands durations to setTimeout, whose range this is: 24.8 days.</summary>
    const decimal LongestMs = int.MaxValue;

    public const int MostInstances = AppSpec.MostInstances;

    /// <summary>The same for texts that are constants.</summary>
    public const string MostInstancesText = "10000";

    public static bool Boolean(DataNode node, ConfigScope scope, out bool value)
    {
        value = node.Kind switch
        {
            DataKind.Boolean => node.Boolean,
            DataKind.Text => node.Text == "true",
            _ => false,
        };
        return node.Kind == DataKind.Boolean || (node.Kind == DataKind.Text && node.Text is "true" or "false")
            || Fail(node, scope, "true or false");
    }

    /// <summary>Any text without NUL, which neither argv, a path nor the environment can carry.</summary>
    public static bool Text(DataNode node, ConfigScope scope, out string value)
    {
        value = node.Text;
        if (node.Kind != DataKind.Text)
        {
            return Fail(node, scope, "text", node.Kind == DataKind.Number ? $"put it in quotes: {Words.Quote(node.Text)}" : "");
        }

        return NoNul(node, scope, value);
    }

    /// <summary>Text of one character or more.</summary>
    public static bool FilledText(DataNode node, ConfigScope scope, out string value)
    {
        if (!Text(node, scope, out value))
        {
            return false;
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            scope.Error(node.Position, "the text is empty", "give it a value, or remove the field");
            return false;
        }

        return true;
    }

    /// <summary>Whatever stands there.</summary>
    public static bool Any(DataNode node, ConfigScope scope, out DataNode value)
    {
        value = node;
        return true;
    }

    public static bool Object(DataNode node, ConfigScope scope, out DataNode value)
    {
        value = node;
        return node.Kind == DataKind.Map || Fail(node, scope, "an object");
    }

    /// <summary>One of a few words.</summary>
    public static bool Word(DataNode node, ConfigScope scope, ImmutableArray<string> words, out string value)
    {
        value = node.Text;
        return (node.Kind == DataKind.Text && words.Contains(value))
            || Fail(node, scope, "one of " + words.Join(Words.Quote));
    }

    public static bool LogFormatWord(DataNode node, ConfigScope scope, out LogFormat value)
    {
        var isKnown = Word(node, scope, ["json", "text", "raw", "pm2-json", "pm2-format"], out var word);
        value = word switch
        {
            "text" => LogFormat.Pm2Prefixed,
            "raw" => LogFormat.Raw,
            "pm2-json" => LogFormat.Pm2Json,
            "pm2-format" => LogFormat.Pm2KeyValue,
            _ => LogFormat.Json,
        };
        return isKnown;
    }

    /// <summary>A whole number from 0 up.</summary>
    public static bool Count(DataNode node, ConfigScope scope, out int value)
        => Whole(node, scope, 0, int.MaxValue, "a whole number, 0 or more", out value);

    public static bool Port(DataNode node, ConfigScope scope, out int value)
        => Whole(node, scope, 0, 65535, "a port from 0 to 65535", out value);

    /// <summary>A duration from 0 to 24.8 days.</summary>
    public static bool Duration(DataNode node, ConfigScope scope, out TimeSpan value)
    {
        const string Expected = "a number of milliseconds or text like \"10s\"";
        value = default;
        var text = node.Kind is DataKind.Number or DataKind.Text ? PlainNumber(node) : "";
        var digits = text.AsSpan()[..(text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)];
        var unit = text[digits.Length..] switch
        {
            "" or "ms" => 1m,
            "s" => 1000m,
            "m" => 60_000m,
            "h" => 3_600_000m,
            _ => 0m,
        };
        if (unit == 0 || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            var hasNumber = digits.Length > 0 && unit == 0;
            return Fail(node, scope, Expected, hasNumber ? "the units are ms, s, m and h" : "");
        }

        if (number < 0)
        {
            scope.Error(node.Position, $"a duration cannot be negative, found {Words.Describe(node)}", "write 0 for none");
            return false;
        }

        if (number > LongestMs / unit)
        {
            scope.Error(node.Position, $"a duration is at most 24 days, found {Words.Describe(node)}", "write a shorter one, e.g. \"24h\"");
            return false;
        }

        value = TimeSpan.FromTicks((long)(number * unit * TimeSpan.TicksPerMillisecond));
        return true;
    }

    /// <summary>One exit code or a list of them.</summary>
    public static bool ExitCodes(DataNode node, ConfigScope scope, out ImmutableArray<int> value)
    {
        value = [];
        if (node.Kind != DataKind.List)
        {
            var isOne = Whole(node, scope, 0, 255, "an exit code from 0 to 255, or a list of them", out var code);
            value = isOne ? [code] : [];
            return isOne;
        }

        var codes = new List<int>();
        var isValid = true;
        for (var i = 0; i < node.Items.Length; i++)
        {
            isValid &= Whole(node.Items[i], scope.Child(i), 0, 255, "an exit code from 0 to 255", out var code);
            if (isValid && !codes.Contains(code))
            {
                codes.Add(code);
            }
        }

        value = [.. codes];
        return isValid;
    }

    /// <summary>A signal that can ask a process to end. Some servers end on unusual ones (httpd: SIGWINCH), so few are refused.</summary>
    public static bool StopSignal(DataNode node, ConfigScope scope, out Signal value)
    {
        value = default;
        if (node.Kind is not (DataKind.Text or DataKind.Number) || !Signal.TryParse(node.Text, out value))
        {
            return Fail(node, scope, "a signal such as \"SIGTERM\", \"SIGINT\" or \"SIGQUIT\"");
        }

        var why = value.Number switch
        {
            17 => "it only says that a child has ended",
            18 => "it only lets a stopped process go on",
            19 or 20 or 21 or 22 => "it pauses a process and does not end it",
            4 or 5 or 7 or 8 or 11 or 31 => "it stands for a fault of the program itself",
            32 or 33 => "libc keeps it for itself",
            _ => "",
        };
        if (why.Length == 0)
        {
            return true;
        }

        scope.Error(node.Position, $"{value} cannot be used to stop an app: {why}", "use SIGTERM, SIGINT, SIGQUIT or another signal that the app handles");
        return false;
    }

    public static bool Whole(DataNode node, ConfigScope scope, int least, int most, string expected, out int value)
    {
        value = 0;
        var text = node.Kind is DataKind.Number or DataKind.Text ? PlainNumber(node) : "";
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || number != decimal.Truncate(number) || number < least || number > most)
        {
            return Fail(node, scope, expected);
        }

        value = (int)number;
        return true;
    }

    /// <summary>Reports that something else was expected; says nothing of a node that is already reported.</summary>
    /// <returns>Always false, so that readers can return it.</returns>
    public static bool Fail(DataNode node, ConfigScope scope, string expected, string hint = "")
    {
        if (node.Kind != DataKind.Invalid)
        {
            scope.Error(node.Position, $"expected {expected}, found {Words.Describe(node)}", hint);
        }

        return false;
    }

    public static bool NoNul(DataNode node, ConfigScope scope, string text)
    {
        if (!text.Contains('\0'))
        {
            return true;
        }

        scope.Error(node.Position, "text cannot contain the character U+0000", "remove the \\0");
        return false;
    }

    /// <summary>Digits that decimal can read: text as it is, a number (which may be hex or have an exponent) as its value.</summary>
    static string PlainNumber(DataNode node) => node.Kind == DataKind.Text ? node.Text.Trim()
        : double.IsFinite(node.Number) && Math.Abs(node.Number) < 1e15 ? ((decimal)node.Number).ToString(CultureInfo.InvariantCulture)
        : node.Number > 0 ? "999999999999999999" : "-999999999999999999";
}
