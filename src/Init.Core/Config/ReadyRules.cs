using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>What the fields about readiness mean for one another.</summary>
static class ReadyRules
{
    public static void Settle(AppDraft draft, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var asked = draft.Spec.ReadyWhen;
        if (draft.WaitsForMessage && given.TryGetValue("ready_when", out var other) && asked.Kind != ReadyKind.Message)
        {
            var wait = given["wait_ready"];
            scope.Child(wait).Error(wait.KeyPosition, $"asks for \"ready_when\": \"message\", and \"ready_when\"{Words.AtLine(other.KeyPosition)} for something else", "keep one of the two");
        }
        else if (draft.WaitsForMessage)
        {
            draft.Spec = draft.Spec with { ReadyWhen = new ReadyWhen(ReadyKind.Message) };
        }

        if (draft.Spec.IsTask && draft.Spec.ReadyWhen.Kind != ReadyKind.Running)
        {
            var member = given.TryGetValue("ready_when", out var named) ? named : given["wait_ready"];
            scope.Child(member).Error(member.KeyPosition, "a task is never ready: it runs to its end, and \"depends_on\" waits for that", "remove it, or \"type\": \"task\"");
        }
        else if (draft.Spec.ReadyWhen.Kind == ReadyKind.HealthCheck && !given.ContainsKey("health_check"))
        {
            var member = given["ready_when"];
            scope.Child(member).Error(member.KeyPosition, "there is no \"health_check\" that could pass", "add one, e.g. \"health_check\": {\"http\": \":3000/health\"}");
        }
    }
}
