using System.Globalization;
using System.Text;
using Init.Core.Model;

namespace Init.Core.Config.Evaluation;

/// <summary>What the evaluation of a file gave: JSON, an error for people, or "this runtime cannot", where the next one is asked.</summary>
public sealed record EvaluationAnswer
{
    /// <summary>Characters of the file's own error that are repeated.</summary>
    const int LongestText = 400;

    /// <summary>The exported value as JSON (with Infinity and NaN); null when there is none.</summary>
    public byte[]? Json { get; private init; }

    /// <summary>What went wrong; null with JSON.</summary>
    public ConfigError? Error { get; private init; }

    /// <summary>Another runtime may succeed; the error says why this one did not.</summary>
    public bool IsUnsupported { get; private init; }

    /// <summary>Reads an answer. Whatever the process wrote, this does not throw.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="fileName">The file, as the user gave it.</param>
    /// <param name="path">The file, absolute, as the runtime's stacks show it.</param>
    /// <param name="runtime">Name of the runtime.</param>
    /// <param name="limit">The time it had.</param>
    public static EvaluationAnswer Read(EvaluationEnd end, string fileName, string path, string runtime, TimeSpan limit)
    {
        var stopped = end.Stop switch
        {
            EvaluationStop.TimeLimit => (
                string.Create(CultureInfo.InvariantCulture, $"{runtime} did not finish evaluating it within {limit.TotalSeconds:0.###} s, and was killed"),
                $"a loop or a wait in it never ends; for more time set {EvaluationSettings.TimeoutVariable}, for example to 60s"),
            EvaluationStop.AnswerLimit => ("what it exports is more than 1 MiB as JSON", "an ecosystem file describes apps; keep their data in files of their own"),
            EvaluationStop.Signal => ($"pminit was asked to end while {runtime} evaluated it", ""),
            EvaluationStop.None => ("", ""),
        };
        if (stopped.Item1.Length > 0)
        {
            return Fail(fileName, default, "", stopped.Item1, stopped.Item2);
        }

        var lineEnd = end.Answer.AsSpan().IndexOf((byte)'\n');
        var kind = lineEnd < 0 ? "" : Encoding.UTF8.GetString(end.Answer.AsSpan(0, lineEnd));
        var rest = end.Answer.AsSpan(lineEnd + 1);
        if (kind == "ok")
        {
            return new EvaluationAnswer { Json = rest.ToArray() };
        }

        var texts = Encoding.UTF8.GetString(rest).Split('\n');
        return kind switch
        {
            "error" => ReadError(fileName, path, Text(texts, 0), Text(texts, 1), Text(texts, 2)),
            "value" => Fail(fileName, default, Clean(Text(texts, 0)), Clean(Text(texts, 1)), ""),
            "empty" => Fail(fileName, default, "", "it exports nothing", "write module.exports = { apps: [ … ] }, or export default { apps: [ … ] } in a module"),
            "unsupported" => Fail(fileName, default, "", $"it is TypeScript, which {Clean(Text(texts, 0))} cannot read",
                "use node 22.18 or later, bun or deno, or compile it to .js", isUnsupported: true),
            "silent" => Fail(fileName, default, "", $"it ended {runtime} (exit code {Clean(Text(texts, 0))}) before it exported anything",
                "it calls process.exit, or waits for a promise that never settles"),
            _ => Fail(fileName, default, "", $"{runtime} ended with {end.Status} and gave no answer", "what it printed stands above, if anything"),
        };
    }

    /// <summary>The error where no runtime is found.</summary>
    public static ConfigError NoRuntime(string fileName, EvaluationSettings settings, string path)
    {
        var isChosen = settings.Runtimes.Length == 1;
        var from = fileName.StartsWith('/') || fileName.StartsWith("./", StringComparison.Ordinal) ? fileName : "./" + fileName;
        return new ConfigError
        {
            File = fileName,
            Message = (isChosen ? $"{EvaluationSettings.RuntimeVariable} names {Words.Quote(settings.Runtimes[0])}, which is not"
                : $"it must be evaluated, and neither {string.Join(" nor ", settings.Runtimes)} is") + $" in PATH ({Clean(path)})",
            Hint = "write it as JSON or YAML; to convert it once where node is: "
                + $"node -e 'import(\"{Clean(from)}\").then(m => console.log(JSON.stringify(m.default ?? m, null, 2)))' > ecosystem.json",
        };
    }

    static EvaluationAnswer ReadError(string fileName, string path, string name, string message, string stack)
    {
        // Some runtimes put the name into the message already, and code frames below it.
        var first = Clean(FirstLine(message));
        var head = name is "" or "AggregateError" || first.Contains("Error: ", StringComparison.Ordinal) ? first : $"{Clean(name)}: {first}";
        var isInFile = TryPlace(stack.Length > 0 ? stack + "\n" + message : message, path, out var at);
        var hint = first.Contains("'export'", StringComparison.Ordinal) || first.Contains("import statement", StringComparison.Ordinal)
            ? "this runtime takes it for CommonJS: call it .mjs, or set \"type\": \"module\" in package.json"
            : first.Contains("in ES module scope", StringComparison.Ordinal) ? "a package.json makes it an ES module: call it .cjs, or write export default"
            : isInFile ? "" : Elsewhere(stack);
        return Fail(fileName, at, "", head.Length == 0 ? "it threw an error without a message" : head, hint);
    }

    /// <summary>The first place in the user's file: `path:line:column`, or `path:line` with a caret under the column two lines below.</summary>
    static bool TryPlace(string stack, string path, out SourcePosition at)
    {
        at = default;
        for (var from = 0; (from = stack.IndexOf(path + ":", from, StringComparison.Ordinal)) >= 0;)
        {
            from += path.Length + 1;
            var line = Number(stack, ref from);
            var column = 0;
            if (from < stack.Length && stack[from] == ':')
            {
                from++;
                column = Number(stack, ref from);
            }
            else if (from < stack.Length && stack[from] == '\n')
            {
                var code = stack.IndexOf('\n', from + 1);
                var caretEnd = code < 0 ? -1 : stack.IndexOf('\n', code + 1);
                column = code < 0 || caretEnd < 0 ? 0 : stack.AsSpan(code + 1, caretEnd - code - 1).IndexOf('^') + 1;
            }

            if (line > 0)
            {
                at = new SourcePosition(line, Math.Max(1, column));
                return true;
            }
        }

        return false;
    }

    static int Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>The first frame that is not the runtime's own.</summary>
    static string Elsewhere(string stack)
    {
        foreach (var line in stack.Split('\n'))
        {
            var frame = line.Trim();
            if (frame.StartsWith("at ", StringComparison.Ordinal) && frame.Contains('/') && !frame.Contains("node:", StringComparison.Ordinal)
                && !frame.Contains("[eval]", StringComparison.Ordinal) && !frame.Contains("$deno$eval", StringComparison.Ordinal) && !frame.Contains("ext:", StringComparison.Ordinal))
            {
                return Clean(frame);
            }
        }

        return "";
    }

    static EvaluationAnswer Fail(string fileName, SourcePosition at, string path, string message, string hint, bool isUnsupported = false)
        => new() { IsUnsupported = isUnsupported, Error = new ConfigError { File = fileName, Position = at, Path = path, Message = message, Hint = hint } };

    static string Text(string[] texts, int index) => index < texts.Length ? Uri.UnescapeDataString(texts[index]) : "";

    static string FirstLine(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.IndexOfAny('\n', '\r');
        return (end < 0 ? trimmed : trimmed[..end]).ToString();
    }

    /// <summary>The file's own words on one line, cut, and free of what could drive a terminal.</summary>
    static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (var c in text)
        {
            if (clean.Length >= LongestText)
            {
                return clean.Append('…').ToString();
            }

            var isPlain = !char.IsControl(c)
                && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            clean.Append(isPlain ? c : ' ');
        }

        return clean.ToString();
    }
}
