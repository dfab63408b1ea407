using System.Text;
using Init.Core.Config;

namespace Init.Core.Tests.Support;

/// <summary>What a file comes to, as text for a golden file: errors and warnings first, then the effective configuration.</summary>
static class SampleText
{
    public static string Of(ConfigResult result)
    {
        var text = new StringBuilder();
        foreach (var error in result.Errors)
        {
            text.Append(error).Append('\n');
        }

        foreach (var warning in result.Warnings)
        {
            text.Append("warning: ").Append(warning).Append('\n');
        }

        return text.Append(result.Ecosystem is null ? "" : EffectiveConfig.Write(result.Ecosystem)).ToString();
    }
}
