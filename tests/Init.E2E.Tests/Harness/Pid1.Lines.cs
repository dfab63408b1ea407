// Waiting for what pminit says. All searches start at the first line and count matches, so that no line can slip by between two waits.
using System.Diagnostics;

namespace Init.E2E.Tests.Harness;

sealed partial class Pid1
{
    /// <summary>Raw stdout so far (all of it after WaitExit).</summary>
    public string[] RawLines => output!.Snapshot();

    public string[] ErrorLines => errors.Snapshot();

    /// <summary>Stdout so far as JSON lines; fails on one that is not.</summary>
    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            var raw = output!.Snapshot();
            for (var i = parsed.Count; i < raw.Length; i++)
            {
                parsed.Add(new LogLine(raw[i]));
            }

            return parsed;
        }
    }

    public IEnumerable<LogLine> Events(string name, string? app = null) => Lines.Where(l => IsEvent(l, name, app));

    public IEnumerable<LogLine> Output(string app) => Lines.Where(l => l.Event is null && l.App == app);

    public LogLine WaitEvent(string name, string? app = null, int nth = 1, TimeSpan? limit = null) =>
        WaitLine($"event {name} of {app ?? "anyone"}, number {nth}", l => IsEvent(l, name, app), nth, limit);

    /// <summary>Waits for a line that a worker printed.</summary>
    public LogLine WaitMessage(string message, string? app = null, int nth = 1, TimeSpan? limit = null) =>
        WaitLine(
            $"line \"{message}\" of {app ?? "anyone"}, number {nth}",
            l => l.Event is null && l.Message == message && (app is null || l.App == app),
            nth,
            limit);

    public LogLine WaitLine(string what, Func<LogLine, bool> matches, int nth = 1, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        var index = 0;
        while (true)
        {
            if (index >= parsed.Count)
            {
                var text = output!.Get(index, (limit ?? Limits.Default) - clock.Elapsed);
                parsed.Add(new LogLine(text ?? throw Failure($"did not see {what}")));
            }

            if (matches(parsed[index++]) && --nth == 0)
            {
                return parsed[index - 1];
            }
        }
    }

    /// <summary>Waits for a line of plain text, for init mode, which adds nothing to what its child prints.</summary>
    public string WaitRaw(string what, Func<string, bool> matches, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        for (var index = 0; ; index++)
        {
            var text = output!.Get(index, (limit ?? Limits.Default) - clock.Elapsed) ?? throw Failure($"did not see {what}");
            if (matches(text))
            {
                return text;
            }
        }
    }

    /// <summary>Raw line number <paramref name="index"/>, waiting for it: cheap where thousands are read in turn.</summary>
    public string RawLine(int index) => output!.Get(index, Limits.Default) ?? throw Failure($"did not see line {index}");

    public string WaitRaw(string line) => WaitRaw($"\"{line}\"", l => l == line);

    /// <summary>Waits for a fact that nobody announces.</summary>
    public void WaitUntil(string what, Func<bool> condition, TimeSpan? limit = null)
    {
        if (!Limits.Poll(condition, limit))
        {
            throw Failure($"did not become true: {what}");
        }
    }

    static bool IsEvent(LogLine line, string name, string? app) => line.Event == name && (app is null || line.App == app);
}
