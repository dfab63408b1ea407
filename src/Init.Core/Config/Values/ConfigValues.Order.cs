using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`depends_on`, in docker compose's shapes.</summary>
static partial class ConfigValues
{
    static readonly ImmutableArray<string> Conditions = ["started", "ready", "completed"];

    /// <summary>"db", ["db", "migrate"], {db: {condition: "ready"}}, {db: "ready"}, {db: null}.</summary>
    public static bool Dependencies(DataNode node, ConfigScope scope, out ImmutableArray<AskedDependency> value)
    {
        var found = ImmutableArray.CreateBuilder<AskedDependency>();
        var isValid = true;
        switch (node.Kind)
        {
            case DataKind.Text:
                isValid = DependencyName(node, scope, found);
                break;
            case DataKind.List:
                for (var i = 0; i < node.Items.Length; i++)
                {
                    isValid &= DependencyName(node.Items[i], scope.Child(i), found);
                }

                break;
            case DataKind.Map:
                foreach (var member in node.Members)
                {
                    var inner = scope.Child(member.Key);
                    isValid &= Condition(member.Value, inner, out var condition);
                    found.Add(new AskedDependency(member.Key, condition, member.KeyPosition, inner));
                }

                break;
            case DataKind.Null or DataKind.Boolean or DataKind.Number or DataKind.Invalid:
            default:
                isValid = Fail(node, scope, "an app's name, a list of names, or an object of conditions", "write [\"db\"] or {\"db\": {\"condition\": \"ready\"}}");
                break;
        }

        value = found.DrainToImmutable();
        return isValid;
    }

    static bool DependencyName(DataNode node, ConfigScope scope, ImmutableArray<AskedDependency>.Builder found)
    {
        if (!FilledText(node, scope, out var name))
        {
            return false;
        }

        found.Add(new AskedDependency(name.Trim(), null, node.Position, scope));
        return true;
    }

    static bool Condition(DataNode node, ConfigScope scope, out DependencyCondition? condition)
    {
        condition = null;
        if (node.Kind == DataKind.Null)
        {
            return true;
        }

        if (node.Kind != DataKind.Map)
        {
            return ConditionWord(node, scope, out condition);
        }

        var isValid = true;
        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            if (member.Key != "condition")
            {
                inner.Error(member.KeyPosition, "unknown field", "a dependency has only a \"condition\"");
                isValid = false;
            }
            else if (member.Value.Kind != DataKind.Null)
            {
                isValid &= ConditionWord(member.Value, inner, out condition);
            }
        }

        return isValid;
    }

    static bool ConditionWord(DataNode node, ConfigScope scope, out DependencyCondition? condition)
    {
        var word = node.Text switch
        {
            "service_started" => "started",
            "service_healthy" => "ready",
            "service_completed_successfully" => "completed",
            var other => other,
        };
        var at = node.Kind == DataKind.Text ? Conditions.IndexOf(word) : -1;
        condition = at < 0 ? null : (DependencyCondition)at;
        return at >= 0 || Fail(node, scope, "one of " + Conditions.Join(Words.Quote));
    }
}
