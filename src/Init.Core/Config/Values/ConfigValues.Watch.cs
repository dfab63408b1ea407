using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;
using Init.Core.Watch;

namespace Init.Core.Config;

/// <summary>What is watched, and what is not.</summary>
static partial class ConfigValues
{
    /// <summary>pm2's three forms of `watch`; "false" is text and means a path there, which nobody means.</summary>
    public static bool WatchPaths(DataNode node, ConfigScope scope, out ImmutableArray<string> value)
    {
        if (node.Kind == DataKind.Boolean || (node.Kind == DataKind.Text && node.Text is "true" or "false"))
        {
            var isValid = Boolean(node, scope, out var isOn);
            value = isOn ? ["."] : [];
            return isValid;
        }

        value = [];
        return node.Kind is DataKind.Text or DataKind.List
            ? OneOrMore(node, scope, out value) && ArePatterns(node, scope, value)
            : Fail(node, scope, "true, false, a path, or a list of paths");
    }

    /// <summary>A list, or one text that is split at blanks as pm2 does.</summary>
    public static bool IgnorePatterns(DataNode node, ConfigScope scope, out ImmutableArray<string> value)
    {
        value = [];
        if (node.Kind == DataKind.List ? !OneOrMore(node, scope, out value)
            : node.Kind == DataKind.Text ? !Arguments(node, scope, out value) : !Fail(node, scope, "a list of patterns, or one text"))
        {
            return false;
        }

        var plain = ImmutableArray.CreateBuilder<string>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var (at, inner) = PlaceOf(node, scope, i);
            if (!IsRegex(value[i]))
            {
                plain.Add(value[i]);
                continue;
            }

            // pm2's own documentation has one for dotfiles, and a RegExp of a .config.js comes as its text.
            const string Hint = "patterns are globs: \"*.log\", \"logs/**\", \"{tmp,cache}\"; dotfiles and node_modules are ignored anyway";
            var message = $"{Words.Quote(value[i])} is a regular expression";
            if (!scope.Report.Context.IsPm2)
            {
                inner.Error(at, message, Hint);
                return false;
            }

            inner.Warn(at, message + ", and left out", Hint);
        }

        value = plain.DrainToImmutable();
        return ArePatterns(node, scope, value);
    }

    static bool ArePatterns(DataNode node, ConfigScope scope, ImmutableArray<string> patterns)
    {
        for (var i = 0; i < patterns.Length; i++)
        {
            if (Glob.Expand(patterns[i]) is null)
            {
                var (at, inner) = PlaceOf(node, scope, i);
                inner.Error(at, $"{Words.Quote(patterns[i])} stands for more than {Glob.MostAlternatives} patterns", "write fewer braces, or use *");
                return false;
            }
        }

        return true;
    }

    static (SourcePosition At, ConfigScope Scope) PlaceOf(DataNode node, ConfigScope scope, int index)
        => node.Kind == DataKind.List && index < node.Items.Length ? (node.Items[index].Position, scope.Child(index)) : (node.Position, scope);

    /// <summary>What is a glob does not anchor, does not say "or" outside braces, and takes no letter, dot, slash or backslash by a backslash.</summary>
    static bool IsRegex(string text)
    {
        var braces = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : ' ';
            braces += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if ((text[i] == '\\' && (char.IsAsciiLetterOrDigit(next) || next is '.' or '/' or '\\')) || (text[i] == '|' && braces == 0)
                || (text[i] is '!' or '@' or '+' or '?' or '*' && next == '('))
            {
                return true;
            }
        }

        return text.StartsWith('^') || text.EndsWith('$');
    }
}
