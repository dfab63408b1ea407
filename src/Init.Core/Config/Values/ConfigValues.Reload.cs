using System.Globalization;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`max_surge`.</summary>
static partial class ConfigValues
{
    /// <summary>2, "2", "25%".</summary>
    public static bool Surge(DataNode node, ConfigScope scope, out Surge value)
    {
        value = Model.Surge.One;
        if (node.Kind == DataKind.Text && node.Text.EndsWith('%'))
        {
            if (int.TryParse(node.Text.AsSpan(0, node.Text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 100)
            {
                value = new Surge(percent, true);
                return true;
            }

            return Fail(node, scope, "a number, 1 or more, or a part of the instances from \"1%\" to \"100%\"");
        }

        if (!Whole(node, scope, 1, MostInstances, "a number, 1 or more, or a part of the instances from \"1%\" to \"100%\"", out var number))
        {
            return false;
        }

        value = new Surge(number, false);
        return true;
    }
}
