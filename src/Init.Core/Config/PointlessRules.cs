using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>What a file says and cannot mean: said at the check, since nothing would ever come of it.</summary>
static class PointlessRules
{
    public static void Settle(AppDraft draft, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (draft.Spec is { IsTask: true, Schedule: not null } && given.TryGetValue("cron_restart", out var cron))
        {
            scope.Child(cron).Error(cron.Value.Position, "a task runs once, and has no schedule", "remove \"type\": a job, which runs by a schedule, has \"cron_restart\" and \"autorestart\": false");
        }
        else if (draft.Spec is { IsJob: true, Essential: true } && given.TryGetValue("essential", out var essential))
        {
            scope.Child(essential).Warn(essential.KeyPosition, "has no effect: the runs of a job end, and the container stays for the next one", "remove it");
        }

        if (draft.Cron?.Pattern is null && given.TryGetValue("cron_timezone", out var zone) && zone.Value.Kind != DataKind.Null)
        {
            scope.Child(zone).Warn(zone.KeyPosition, "has no effect: this app has no schedule", "add \"cron_restart\", or remove it");
        }

        if (draft.Spec.MaxMemoryBytes is null && given.TryGetValue("max_memory_restart", out var memory) && memory.Value.Kind is DataKind.Number or DataKind.Text)
        {
            scope.Child(memory).Warn(memory.KeyPosition, "0 is no limit", "write a size such as \"300M\", or remove it");
        }
    }
}
