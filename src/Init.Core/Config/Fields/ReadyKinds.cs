using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about readiness.</summary>
static class ReadyKinds
{
    public static readonly ValueKind<ReadyWhen> ReadyWhen = new("readyWhen", "one of the words, or an object of one member",
        """
        {"anyOf":[{"enum":["running","listening","message","notify","uptime","health_check"]},
        {"type":"object","minProperties":1,"maxProperties":1,"additionalProperties":false,"properties":{
        "fd":{"type":["integer","string"]},"log":{"type":"string","minLength":1},"listening":{"type":["integer","string"]},"uptime":{"type":["number","string"]}}}]}
        """, ConfigValues.Ready);

    /// <summary>A duration that is not nothing.</summary>
    public static readonly ValueKind<TimeSpan> Time = new("time", "duration above 0 (ms, or text with ms, s, m, h)", Kinds.Duration.Schema, ConfigValues.Time);
}
