using System.Globalization;
using System.Text;
using Init.Core.Model;

namespace Init.Core.Processes;

/// <summary>
/// Process settings as the one word that pminit hands to its exec stage: items of a letter and numbers, each ended by a blank. The stage
/// carries them out from left to right, so their order is decided here: what needs rights comes before the user that has none, and the limits, of
/// which open files may be one, after what has to open a file.
/// </summary>
public static class StageSpec
{
    /// <summary>oN oom_score_adj, nN nice, GN,N groups, lR=SOFT:HARD limit ("-" keeps), gN gid, uN uid, mN umask, p no_new_privs.</summary>
    /// <param name="settings">With the identity resolved.</param>
    public static string Write(ProcessSettings settings)
    {
        var text = new StringBuilder();
        Add('o', settings.OomScoreAdj?.Value);
        Add('n', settings.Nice?.Value);
        if (!settings.Identity.Groups.IsDefault)
        {
            text.Append('G').AppendJoin(',', settings.Identity.Groups).Append(' ');
        }

        foreach (var limit in settings.Limits)
        {
            text.Append(CultureInfo.InvariantCulture, $"l{limit.Kind.Number}={Value(limit.Soft)}:{Value(limit.Hard)} ");
        }

        Add('g', settings.Identity.Gid);
        Add('u', settings.Identity.Uid);
        Add('m', settings.Umask);
        if (settings.NoNewPrivs)
        {
            text.Append("p ");
        }

        return text.ToString();

        void Add(char letter, long? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{letter}{value} ");
            }
        }
    }

    static string Value(ulong? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
