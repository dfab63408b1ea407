using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about user, groups, limits, priorities and memory. As in <see cref="Kinds"/> the schemas accept a little more than the readers.</summary>
static class ProcessKinds
{
    const string OneAccount = """{"anyOf":[{"type":"string","minLength":1},{"type":"integer","minimum":0,"maximum":4294967294}]}""";

    public static readonly ValueKind<AskedUser> User = new("user", "name or number, also \"user:group\"", OneAccount, ConfigValues.User);

    public static readonly ValueKind<AskedAccount> Group = new("group", "name or number", OneAccount, ConfigValues.Group);

    public static readonly ValueKind<AskedGroups> Groups = new("groups", "list of names and numbers, or text",
        """{"anyOf":[{"type":["string","integer"]},{"type":"array","items":{"type":["string","integer"]}}]}""", ConfigValues.Groups);

    public static readonly ValueKind<int> Umask = new("umask", "octal text, \"0\" to \"0777\"", """{"type":["string","integer"]}""", ConfigValues.Umask);

    public static readonly ValueKind<AskedNumber> Nice = new("nice", "number, -20 to 19",
        """{"anyOf":[{"type":"integer","minimum":-20,"maximum":19},{"type":"string"}]}""", ConfigValues.Nice);

    public static readonly ValueKind<AskedNumber> OomScoreAdj = new("oomScoreAdj", "number, -1000 to 1000",
        """{"anyOf":[{"type":"integer","minimum":-1000,"maximum":1000},{"type":"string"}]}""", ConfigValues.OomScoreAdj);

    const string Part = """{"type":"string","pattern":"^\\s*[0-9]+\\s*%\\s*$|\\$\\{"}""";

    public static readonly ValueKind<MemoryGuardSettings> MemoryGuard = new("memoryGuard", "boolean, part like \"90%\", or object (`at`, `cooldown`)",
        $$$"""{"anyOf":[{"enum":[true,false,"true","false","on","off"]},{{{Part}}},{"type":"object","properties":{"at":{"anyOf":[{"type":"null"},{{{Part}}}]},"cooldown":{"anyOf":[{"type":["number","null"],"minimum":0},{"type":"string"}]}},"additionalProperties":false}]}""",
        ConfigValues.MemoryGuard);

    public static readonly ValueKind<ImmutableArray<ResourceLimit>> Limits = new("limits", "object", """{"type":"object"}""", ConfigValues.Limits);
}
