using Init.Core.Config.Data;

namespace Init.Core.Config;

/// <summary>Values that are paths of files which pminit writes.</summary>
static partial class ConfigValues
{
    /// <summary>A path, or false, which becomes "".</summary>
    public static bool PathOrOff(DataNode node, ConfigScope scope, out string value)
    {
        value = "";
        if (node.Kind == DataKind.Boolean)
        {
            return !node.Boolean || Fail(node, scope, "a path, or false");
        }

        if (node.Kind == DataKind.Text && node.Text is "false" or "off")
        {
            return true;
        }

        return FilledText(node, scope, out value);
    }
}
