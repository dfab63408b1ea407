using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`pminit.memory_guard`.</summary>
static partial class ConfigValues
{
    /// <summary>true, "off", "85%", {at: "85%", cooldown: "1m"}.</summary>
    public static bool MemoryGuard(DataNode node, ConfigScope scope, out MemoryGuardSettings value)
    {
        value = new MemoryGuardSettings();
        if (node.Kind == DataKind.Boolean)
        {
            value = new MemoryGuardSettings { Enabled = node.Boolean };
            return true;
        }

        if (node.Kind != DataKind.Map)
        {
            var parsed = node.Kind == DataKind.Text ? MemoryGuardSettings.Parse(node.Text) : null;
            value = parsed ?? value;
            return parsed is not null
                || Fail(node, scope, "true, false, a part of the memory limit from \"10%\" to \"99%\", or an object", "write {\"at\": \"90%\", \"cooldown\": \"30s\"}");
        }

        var (at, cooldown, isValid) = (value.AtPercent, value.Cooldown, true);
        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            if (member.Key is not ("at" or "cooldown"))
            {
                inner.Error(member.KeyPosition, "unknown field", "the guard has \"at\" and \"cooldown\"");
                isValid = false;
            }
            else if (member.Value.Kind == DataKind.Null)
            {
                continue;
            }
            else if (member.Key == "cooldown")
            {
                isValid &= Duration(member.Value, inner, out cooldown);
            }
            else if (member.Value.Kind == DataKind.Text && MemoryGuardSettings.ParsePercent(member.Value.Text) is { } percent)
            {
                at = percent;
            }
            else
            {
                isValid = Fail(member.Value, inner, "a part of the memory limit from \"10%\" to \"99%\"");
            }
        }

        value = new MemoryGuardSettings { AtPercent = at, Cooldown = cooldown };
        return isValid;
    }
}
