using Init.Core.CommandLine;

namespace Init.Core.Tests.CommandLine;

/// <summary>Command lines for tests, written as in a shell: words between blanks, '…' for one word.</summary>
static class CommandLines
{
    public static string[] Split(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text[at] == '\'' ? text.IndexOf('\'', at + 1) : text.IndexOf(' ', at);
            var isQuoted = text[at] == '\'';
            end = end < 0 ? text.Length : end;
            words.Add(text[(isQuoted ? at + 1 : at)..end]);
            at = end + (isQuoted ? 2 : 1);
        }

        return [.. words];
    }

    public static RunLineReading Read(string text) => RunLineParser.Read(Split(text));

    /// <summary>"server.js instances=2 name=web -- a b", options by name.</summary>
    public static string Describe(RunLine line)
    {
        var options = line.Options.OrderBy(given => given.Option.Name, StringComparer.Ordinal).Select(given => $" {given.Option.Name}={given.Value}");
        return $"{(line.IsCheck ? "check " : "")}{line.Word}{string.Concat(options)}{(line.Args.IsEmpty ? "" : " -- " + string.Join(' ', line.Args))}";
    }
}
