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

    public static readonly ValueKind<ProbeTarget> HttpProbe = new("httpProbe", "URL, \":port/path\", \"/path\", or object of path, port, host",
        """
        {"anyOf":[{"type":"string"},
        {"type":"object","additionalProperties":false,"properties":{"path":{"type":["string","null"]},"port":{"type":["integer","string","null"]},"host":{"type":["string","null"]}}}]}
        """, ConfigValues.HttpProbe);

    public static readonly ValueKind<ProbeTarget> TcpProbe = new("tcpProbe", "port, \"host:port\" or \"unix:/path\"", """{"type":["integer","string"]}""", ConfigValues.TcpProbe);

    public static readonly ValueKind<CommandSpec> ExecProbe = new("execProbe", "command, or list of its words", Kinds.Arguments.Schema, ConfigValues.ExecProbe);

    /// <summary>How often; once at least.</summary>
    public static readonly ValueKind<int> Times = new("times", "number, 1 or more", Kinds.Count.Schema, ConfigValues.Times);

    /// <summary>A duration that is not nothing.</summary>
    public static readonly ValueKind<TimeSpan> Time = new("time", "duration above 0 (ms, or text with ms, s, m, h)", Kinds.Duration.Schema, ConfigValues.Time);
}
