using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Control;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init;

/// <summary>The verbs of a short life: each prints an answer and returns an exit code.</summary>
static class Verbs
{
    /// <summary>Asks the running pminit and prints what it says; 0, or the reply's code.</summary>
    /// <param name="verb">What to ask.</param>
    /// <param name="options">The options that were given.</param>
    /// <param name="args">Arguments, and options that the running one has to know.</param>
    /// <param name="inherited">What pminit was started with.</param>
    public static int Ask(Verb verb, List<string> options, ImmutableArray<KeyValuePair<string, string>> args, Inherited inherited)
    {
        var shows = options.Contains("wait");
        var reply = ControlClient.Ask(new ControlRequest(verb, args), inherited, (text, isNote) =>
        {
            if (isNote)
            {
                StandardError.Line(text);
            }
            else if (shows)
            {
                Print(text + "\n");
            }
        });
        if (!reply.Ok)
        {
            StandardError.Line(reply.Error);
            return reply.Code;
        }

        if (verb == Commands.Health)
        {
            return Health(reply.Result, options.Contains("live"));
        }

        if (reply.Result.ValueKind == JsonValueKind.Object && reply.Result.TryGetProperty("summary", out var summary))
        {
            if (!shows)
            {
                Print(summary.GetString()!.TrimEnd('\n') + "\n");
            }

            return ExitCodes.Ok;
        }

        if (verb == Commands.Describe && !options.Contains("json"))
        {
            Print(DescribeText.Render(reply.Result));
            return ExitCodes.Ok;
        }

        Print(verb == Commands.List && !options.Contains("json") ? Table(reply.Result) : reply.Result.GetRawText() + "\n");
        return ExitCodes.Ok;
    }

    /// <summary>`check`.</summary>
    public static int Check(RunLine line, Inherited inherited)
    {
        var loaded = Server.Load(line, inherited);
        if (loaded.Ecosystem is not { } ecosystem)
        {
            return loaded.Code;
        }

        Print(line[RunOptions.Print] is not null ? EffectiveConfig.Write(ecosystem) : $"{line.Word}: {Count(ecosystem)}, no errors\n");
        return ExitCodes.Ok;
    }

    /// <summary>`schema`.</summary>
    public static int Schema()
    {
        Print(SchemaWriter.Write());
        return ExitCodes.Ok;
    }

    /// <summary>"1 app, 3 workers".</summary>
    public static string Count(Ecosystem ecosystem)
    {
        var (apps, workers) = (ecosystem.Apps.Length, ecosystem.Workers);
        return string.Create(CultureInfo.InvariantCulture, $"{apps} app{(apps == 1 ? "" : "s")}, {workers} worker{(workers == 1 ? "" : "s")}");
    }

    /// <summary>`version`.</summary>
    public static int Version()
    {
        Print($"pminit {Product.Version}\n");
        return ExitCodes.Ok;
    }

    /// <summary>Writes to standard output.</summary>
    public static void Print(string text) => _ = StandardError.Write(1, text);

    static int Health(JsonElement result, bool onlyLive)
    {
        var isReady = result.GetProperty("ready").GetBoolean();
        if (onlyLive || isReady)
        {
            Print(onlyLive ? "live\n" : "ready\n");
            return ExitCodes.Ok;
        }

        Print("not ready\n");
        foreach (var worker in result.GetProperty("workers").EnumerateArray())
        {
            if (!worker.GetProperty("ok").GetBoolean())
            {
                Print($"{worker.GetProperty("worker").GetString()} {worker.GetProperty("status").GetString()}\n");
            }
        }

        return ExitCodes.No;
    }

    static string Table(JsonElement result)
    {
        var isTerminal = Libc.isatty(1) == 1;
        return StatusTable.Render(StatusRow.ReadAll(result), isTerminal, isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null);
    }
}
