using System.Collections.Immutable;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about order.</summary>
static class OrderKinds
{
    const string Condition = """{"anyOf":[{"enum":["started","ready","completed","service_started","service_healthy","service_completed_successfully"]},{"type":"string","pattern":"\\$\\{"}]}""";

    const string Name = """{"type":"string","minLength":1}""";

    public static readonly ValueKind<ImmutableArray<AskedDependency>> Dependencies = new("dependencies", "name, list of names, or object of conditions",
        $$$$"""{"anyOf":[{{{{Name}}}},{"type":"array","items":{{{{Name}}}}},{"type":"object","additionalProperties":{"anyOf":[{"type":"null"},{{{{Condition}}}},{"type":"object","properties":{"condition":{"anyOf":[{"type":"null"},{{{{Condition}}}}]}},"additionalProperties":false}]}}]}""",
        ConfigValues.Dependencies);
}
