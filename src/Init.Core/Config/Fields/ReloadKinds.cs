using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about reloads.</summary>
static class ReloadKinds
{
    public static readonly ValueKind<Surge> Surge = new("surge", "number, 1 or more, or \"1%\" to \"100%\"",
        """{"anyOf":[{"type":"integer","minimum":1,"maximum":10000},{"type":"string","pattern":"^\\s*[+]?[0-9]+(\\.0*)?\\s*$|^([1-9][0-9]?|100)%$|\\$\\{"}]}""", ConfigValues.Surge);
}
