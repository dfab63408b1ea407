using System.Collections.Immutable;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about watched files.</summary>
static class WatchKinds
{
    const string TextOrList = """{"type":"string"},{"type":"array","items":{"type":"string"}}""";

    public static readonly ValueKind<ImmutableArray<string>> Paths = new("watch", "boolean, path, or list of paths",
        $$"""{"anyOf":[{"type":"boolean"},{{TextOrList}}]}""", ConfigValues.WatchPaths);

    public static readonly ValueKind<ImmutableArray<string>> Patterns = new("patterns", "list of patterns, or text split at blanks",
        $$"""{"anyOf":[{{TextOrList}}]}""", ConfigValues.IgnorePatterns);
}
