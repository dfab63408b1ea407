using System.Collections.Immutable;
using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>User, groups, umask and priorities. Whether names exist and rights suffice is the machine's to say, later.</summary>
static partial class ConfigValues
{
    const string AccountTypes = "a name or a number";

    /// <summary>"node", 1000, "1000:1000", "node:www-data".</summary>
    public static bool User(DataNode node, ConfigScope scope, out AskedUser value)
    {
        var parts = node.Kind == DataKind.Text ? node.Text.Trim().Split(':') : [];
        if (parts.Length < 2)
        {
            var isValid = Account(node, node.Text, scope, out var user);
            value = new AskedUser(user, null);
            return isValid;
        }

        value = new AskedUser(new AskedAccount("", null, PlaceOf(node, scope)), null);
        if (parts.Length > 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            return Fail(node, scope, "\"user:group\"", parts[0].Length == 0 ? "for the group alone write \"gid\"" : "for the user alone leave the colon out");
        }

        var isWhole = Account(node, parts[0], scope, out var first) & Account(node, parts[1], scope, out var second);
        value = new AskedUser(first, second);
        return isWhole;
    }

    public static bool Group(DataNode node, ConfigScope scope, out AskedAccount value) => Account(node, node.Text, scope, out value);

    /// <summary>A list, or text split at blanks and commas; one number is a list of one.</summary>
    public static bool Groups(DataNode node, ConfigScope scope, out AskedGroups value)
    {
        var found = ImmutableArray.CreateBuilder<AskedAccount>();
        var isValid = true;
        if (node.Kind == DataKind.List)
        {
            for (var i = 0; i < node.Items.Length; i++)
            {
                isValid &= Account(node.Items[i], node.Items[i].Text, scope.Child(i), out var group);
                found.Add(group);
            }
        }
        else if (node.Kind == DataKind.Text)
        {
            foreach (var word in node.Text.Split([' ', '\t', '\n', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                isValid &= Account(node, word, scope, out var group);
                found.Add(group);
            }
        }
        else
        {
            isValid = Account(node, node.Text, scope, out var group);
            found.Add(group);
        }

        value = new AskedGroups(found.DrainToImmutable(), PlaceOf(node, scope));
        return isValid;
    }

    /// <summary>
    /// Octal, as chmod and the shell write it. JSON numbers are decimal, but nobody who writes 27 there means 033: the digits are read as
    /// octal, with a warning.
    /// </summary>
    public static bool Umask(DataNode node, ConfigScope scope, out int value)
    {
        value = 0;
        var text = node.Kind is DataKind.Text or DataKind.Number ? node.Text.Trim() : "";
        var digits = text.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        foreach (var c in digits)
        {
            value = (value * 8) + (c - '0');
            if (c is < '0' or > '7' || value > 511)
            {
                digits = "";
                break;
            }
        }

        if (digits.Length == 0)
        {
            value = 0;
            return Fail(node, scope, "octal text from \"0\" to \"0777\"", "write e.g. \"027\"");
        }

        if (node.Kind == DataKind.Number && value > 7)
        {
            scope.Warn(node.Position, $"the number {digits} is read as octal {digits}", $"write it in quotes: \"0{digits}\"");
        }

        return true;
    }

    public static bool Nice(DataNode node, ConfigScope scope, out AskedNumber value) => Number(node, scope, -20, 19, "a number from -20 to 19", out value);

    public static bool OomScoreAdj(DataNode node, ConfigScope scope, out AskedNumber value)
        => Number(node, scope, -1000, 1000, "a number from -1000 to 1000", out value);

    static bool Number(DataNode node, ConfigScope scope, int least, int most, string expected, out AskedNumber value)
    {
        var isValid = Whole(node, scope, least, most, expected, out var number);
        value = new AskedNumber(number, PlaceOf(node, scope));
        return isValid;
    }

    static Place PlaceOf(DataNode node, ConfigScope scope) => new(node.Position, scope.Path);

    /// <summary>Digits are a number, as for docker; anything else is looked up in the image.</summary>
    static bool Account(DataNode node, string written, ConfigScope scope, out AskedAccount value)
    {
        var text = node.Kind == DataKind.Number ? PlainNumber(node) : written.Trim();
        value = new AskedAccount(text, null, PlaceOf(node, scope));
        if (node.Kind is not (DataKind.Text or DataKind.Number))
        {
            return Fail(node, scope, AccountTypes);
        }

        if (node.Kind == DataKind.Text && (text.Length == 0 || !char.IsAsciiDigit(text[0]) || text.AsSpan().ContainsAnyExceptInRange('0', '9')))
        {
            return IsAccountName(text, node, scope);
        }

        // 4294967295 is (uid_t)-1, which setresuid(2) takes for "leave it".
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == uint.MaxValue)
        {
            return Fail(node, scope, "a name, or a number from 0 to 4294967294");
        }

        value = value with { Name = null, Number = number };
        return true;
    }

    static bool IsAccountName(string text, DataNode node, ConfigScope scope)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c) || c is ':' or ',')
            {
                return Fail(node, scope, AccountTypes, "a name has no blanks, colons or commas");
            }
        }

        return text.Length > 0 || Fail(node, scope, AccountTypes, "remove the field to keep pminit's own");
    }
}
