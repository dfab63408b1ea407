using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Init.Core.Control;

/// <summary>Client: `describe` for people. A block per worker, a line per fact; settings as they would stand in a file.</summary>
public static class DescribeText
{
    const int Width = 26;

    /// <summary>Renders the result of `describe`. What is missing is left out.</summary>
    public static string Render(JsonElement result)
    {
        var text = new StringBuilder();
        for (var i = 0; result.ValueKind == JsonValueKind.Array && i < result.GetArrayLength(); i++)
        {
            if (i > 0)
            {
                text.Append('\n');
            }

            Worker(text, result[i]);
        }

        return text.ToString();
    }

    static void Worker(StringBuilder text, JsonElement worker)
    {
        var (state, more) = (worker.Of("pm2_env"), worker.Of("pminit"));
        text.Append(CultureInfo.InvariantCulture, $"{DisplayText.Safe(worker.TextOf("name"))}/{state.NumberOf("NODE_APP_INSTANCE")} (id {worker.NumberOf("pm_id")})\n");
        Line(text, "status", state.TextOf("status"));
        Line(text, "it says", more.TextOf("status_text"));
        var pid = worker.NumberOf("pid");
        if (pid != 0)
        {
            Line(text, "pid", pid.ToString(CultureInfo.InvariantCulture));
            Line(text, "uptime", HumanUnits.Uptime(more.NumberOf("uptime_ms")));
        }

        Line(text, "restarts", string.Create(CultureInfo.InvariantCulture, $"{state.NumberOf("restart_time")}, unstable {state.NumberOf("unstable_restarts")}"));
        Line(text, "last exit", Exit(more.Of("last_exit")));
        if (state.NumberOf("next_run") is > 0 and var next)
        {
            Line(text, "next run", DateTimeOffset.FromUnixTimeMilliseconds(next).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        Use(text, "process", more.Of("process"));
        Use(text, "tree", more.Of("tree"));
        var settings = more.Of("settings");
        if (settings.ValueKind == JsonValueKind.Object)
        {
            foreach (var setting in settings.EnumerateObject())
            {
                if (setting.Name is not ("name" or "env"))
                {
                    Line(text, setting.Name, setting.Value.ValueKind == JsonValueKind.String ? setting.Value.GetString()! : setting.Value.GetRawText());
                }
            }
        }
    }

    static string Exit(JsonElement exit)
    {
        var how = exit.TextOf("signal");
        how = how.Length > 0 ? "signal " + how : exit.ValueKind == JsonValueKind.Object ? "code " + exit.NumberOf("code").ToString(CultureInfo.InvariantCulture) : "";
        return exit.TextOf("cause") == "oom" ? how + ", by the kernel's OOM killer" : how;
    }

    static void Use(StringBuilder text, string name, JsonElement use)
    {
        if (use.ValueKind == JsonValueKind.Object)
        {
            var pss = use.NumberOf("pss_bytes");
            Line(text, name, string.Create(CultureInfo.InvariantCulture,
                $"{HumanUnits.Memory(use.NumberOf("memory_bytes"))}{(pss > 0 ? $" (pss {HumanUnits.Memory(pss)})" : "")}, cpu {use.NumberOf("cpu_ms")} ms, "
                + $"{use.NumberOf("processes")} processes, {use.NumberOf("threads")} threads, {use.NumberOf("descriptors")} descriptors"));
        }
    }

    static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append("  ").Append(name).Append(' ', Math.Max(1, Width - name.Length)).Append(DisplayText.Safe(value)).Append('\n');
        }
    }
}
