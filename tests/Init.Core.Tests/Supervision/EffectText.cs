using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Effects as short words, so that expectations and golden files read like a story.</summary>
static class EffectText
{
    public static string Of(Effect effect) => effect switch
    {
        Effect.Spawn e => $"spawn #{e.Incarnation}",
        Effect.SignalLeader e => $"signal {e.Pid} {e.Signal}",
        Effect.Disconnect e => $"disconnect {e.Pid}",
        Effect.Promote e => $"promote {e.Worker} {e.Pid}",
        Effect.SendShutdown e => $"send_shutdown {e.Pid} {e.Signal}",
        Effect.KillTree e => $"kill_tree {e.Pid}",
        Effect.KillLeftovers e => $"kill_leftovers {e.Pid}",
        Effect.Report e => $"say {Snake(e.Event.Name)}({e.Event.Level})",
        Effect.ReadConfig => "read_config",
        Effect.ReadMemory e => $"read_memory {e.ClosePercent}% {e.AtPercent}%",
        Effect.SampleMemory e => $"{(e.IsForGuard ? "guard" : "sample")}_memory {string.Join(' ', e.Questions.Select(q => q.Worker))}",
        Effect.LookForListeners e => $"look {string.Join(' ', e.Questions.Select(q => q.Worker))}",
        Effect.Check e => $"check {e.Worker}",
        Effect.EndCheck e => $"end_check {e.Worker}",
        Effect.Exit e => $"exit {e.Code}",
        Effect.WatchFiles e => e.Watch.IsOn ? $"watch {e.App} {string.Join(',', e.Watch.Paths)} in {e.Cwd ?? "-"}" : $"unwatch {e.App}",
        _ => throw new ArgumentException(effect.ToString()),
    };

    public static string Of(IReadOnlyCollection<Effect> effects) =>
        effects.Count == 0 ? "-" : string.Join(", ", effects.Select(Of));

    public static string Deadline(Instant deadline, Instant now) =>
        deadline.IsSet ? $"in {(deadline - now).TotalMilliseconds:0} ms" : "-";

    static string Snake(EventName name) =>
        string.Concat(name.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
