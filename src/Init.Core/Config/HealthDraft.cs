using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Where a check asks, before it is known which port is the app's.</summary>
/// <param name="check">Port 0: the app's own, unless it is a unix socket.</param>
sealed class ProbeTarget(HealthCheck check)
{
    public HealthCheck Check { get; } = check;
}

/// <summary>`health_check` while its fields come in.</summary>
sealed class HealthDraft
{
    /// <summary>Intervals, counts and action.</summary>
    public HealthCheck Check { get; set; } = new();

    public ProbeTarget? Http { get; set; }

    public ProbeTarget? Tcp { get; set; }

    public CommandSpec? Exec { get; set; }
}

/// <summary>What the fields of `health_check` mean for one another and with the rest of the app.</summary>
static class HealthRules
{
    const string PortVariable = "PORT";

    public static void Settle(AppDraft draft, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (!given.TryGetValue("health_check", out var member) || member.Value.Kind != DataKind.Map)
        {
            return;
        }

        var (asked, inner) = (draft.Health, scope.Child(member));
        var kinds = (asked.Http is null ? 0 : 1) + (asked.Tcp is null ? 0 : 1) + (asked.Exec is null ? 0 : 1);
        if (draft.Spec.IsTask)
        {
            inner.Error(member.KeyPosition, "a task is not checked: it runs to its end", "remove it, or \"type\": \"task\"");
        }
        else if (kinds == 1)
        {
            var check = asked.Http is { } http ? With(asked.Check, http.Check, ProbeKind.Http)
                : asked.Tcp is { } tcp ? With(asked.Check, tcp.Check, ProbeKind.Tcp)
                : asked.Check with { Kind = ProbeKind.Exec, Command = asked.Exec };
            draft.Spec = draft.Spec with { HealthCheck = FindPort(check, draft, inner, member) };
        }
        else if (kinds > 1 || !HasProbe(member.Value))
        {
            inner.Error(member.KeyPosition, kinds == 0 ? "it does not say what to check" : "it says more than one thing to check", "write one of \"http\", \"tcp\" and \"exec\"");
        }
    }

    /// <summary>One that is there and wrong, or misspelt, has its own error already.</summary>
    static bool HasProbe(DataNode node)
    {
        foreach (var member in node.Members)
        {
            if (member.Value.Kind != DataKind.Null && member.Key is not ("interval" or "timeout" or "retries" or "start_period" or "startPeriod" or "action"))
            {
                return true;
            }
        }

        return false;
    }

    static HealthCheck With(HealthCheck check, HealthCheck target, ProbeKind kind)
        => check with { Kind = kind, Host = target.Host, Port = target.Port, Path = target.Path, UnixPath = target.UnixPath };

    /// <summary>A check that names no port asks the app's own: `port`, or PORT in its environment, counted up where `increment_var` says so.</summary>
    static HealthCheck FindPort(HealthCheck check, AppDraft draft, ConfigScope scope, DataMember member)
    {
        if (check.Kind == ProbeKind.Exec || check.UnixPath is not null || check.Port != 0)
        {
            return check;
        }

        var counts = draft.Spec.Increment is { Name: PortVariable };
        var first = counts ? draft.Spec.Increment.GetValueOrDefault().Base : 0;
        for (var i = draft.Spec.Env.Length - 1; i >= 0 && first == 0; i--)
        {
            if (draft.Spec.Env[i].Key == PortVariable)
            {
                _ = long.TryParse(draft.Spec.Env[i].Value, NumberStyles.None, CultureInfo.InvariantCulture, out first);
            }
        }

        if (first < 1 || first > 65535 || (counts && first + draft.Spec.Instances - 1 > 65535))
        {
            scope.Error(member.KeyPosition, first == 0 ? "it names no port, and the app has none" : $"it names no port, and the app's own, {first} and up, is none",
                "write the port, as in \":3000/health\", or set \"port\"");
            return check;
        }

        return check with { Port = (int)first, CountsUp = counts };
    }
}
