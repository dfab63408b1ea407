using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Init.Core.Config;
using Init.Core.Config.Data;
using Init.Core.Tests.Support;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`pminit schema` agrees with the reader: what runs is accepted, what a schema can see to be wrong is not.</summary>
public sealed class SchemaTests
{
    static readonly JsonDocument Schema = JsonDocument.Parse(SchemaWriter.Write());

    public static TheoryData<string> AppFieldNames => [.. ConfigFields.AppFields.Select(row => row.Name)];

    /// <summary>Values of every shape, to be put into every field.</summary>
    static readonly string[] Values =
    [
        "null", "true", "false", "'true'", "0", "1", "-1", "3", "1.5", "65536", "70000", "-20000", "'0'", "'4'", "'-1'", "'max'", "'fork'", "'fork_mode'", "'cluster'", "''", "'x'",
        "'10s'", "'1.5m'", "' 5 '", "'5d'", "'SIGTERM'", "'15'", "15", "[]", "['a','b']", "['a', 1, true]", "[1, 2]", "[{}]", "{}", "{A: 1}", "{A: null}", "{A: 'x'}",
        "'${HOME_}'", "['${HOME_}']", "'a b'", "'* * * * *'", "'none'", "'json'", "'service'", "'node'", "'notify'", "{fd: 3}", "{fd: '4'}", "{log: 'x'}", "{uptime: 5}", "{listening: '80'}", "{tcp: 80}", "{http: ':80/'}", "{http: {port: 80}, interval: 5}", "{exec: ['a']}", "'auto'", "'/dev/null'", "'a=b'",
        "{path: 'x'}", "[{path: 'x', required: false}]", "{path: 'x', oops: 1}",
    ];

    [Theory]
    [MemberData(nameof(AppFieldNames))]
    public void Field_IsAcceptedBySchema_WheneverItIsRead(string name)
    {
        var accepted = 0;
        foreach (var value in Values)
        {
            var text = name == "script" ? $"{{apps: [{{script: {value}}}]}}" : $"{{apps: [{{script: 'a.js', {name}: {value}}}]}}";
            var result = Read(text, new ConfigContext
            {
                Cpus = 2,
                MemoryLimitBytes = 1 << 30,
                Variables = new Dictionary<string, string> { ["HOME_"] = "1" },
                ReadFile = _ => new FileContent { Bytes = [] },
            });

            // The reader also refuses what only the whole file or the machine can tell; the schema must not refuse what it takes.
            if (result.Errors.All(error => error.Message.StartsWith("known, but not available", StringComparison.Ordinal)))
            {
                accepted++;
                Assert.True(Accepts(text), $"the schema refuses {text}");
            }
        }

        Assert.InRange(accepted, 1, Values.Length);
    }

    [Theory]
    [InlineData("{apps: [{script: 'a', instnces: 2}]}")]
    [InlineData("{apps: [{script: 'a', instances: true}]}")]
    [InlineData("{apps: [{script: 'a', kill_timeout: '5 days'}]}")]
    [InlineData("{apps: [{script: 'a', autorestart: 1}]}")]
    [InlineData("{apps: [{script: 'a', env: []}]}")]
    [InlineData("{apps: [{script: 'a', env_x: 'y'}]}")]
    [InlineData("{apps: [{name: 'a'}]}")]
    [InlineData("{apps: []}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("'text'")]
    [InlineData("{script: 'a', oops: 1}")]
    [InlineData("{apps: [{script: 'a'}], pminit: {helth: {}}}")]
    [InlineData("{apps: [{script: 'a'}], pminit: {health: {port: 70000}}}")]
    public void Mistake_IsRefusedBySchema_AsByTheReader(string text)
    {
        Assert.NotEmpty(Read(text).Errors);
        Assert.False(Accepts(text));
    }

    [Theory]
    [InlineData("{apps: [{script: 'a', env_production: {A: 1}, env_file: 'x', killTimeout: '5s', exec_interpreter: 'node'}], deploy: {}}")]
    [InlineData("{pm2: {cmd: 'a'}}")]
    [InlineData("[{script: 'a'}, {exec: 'b'}]")]
    [InlineData("{script: 'a', pminit: {health: {port: 0, enabled: 'false'}, shutdown_timeout: '${T}'}}")]
    [InlineData("{'$schema': './x.json', apps: [{script: 'a'}]}")]
    public void Shape_IsAcceptedBySchema(string text) => Assert.True(Accepts(text));

    public static bool Accepts(DataNode node) => new SchemaValidator(Schema.RootElement).Accepts(JsonSerializer.SerializeToElement(Plain(node)));

    public static bool Accepts(string text)
    {
        var errors = new List<ConfigError>();
        var node = DataReader.Read(Encoding.UTF8.GetBytes(text), "x.json", errors);
        Assert.Empty(errors);
        return Accepts(node!);
    }

    static JsonNode? Plain(DataNode node) => node.Kind switch
    {
        DataKind.Boolean => JsonValue.Create(node.Boolean),
        DataKind.Number => JsonValue.Create(node.Number),
        DataKind.Text => JsonValue.Create(node.Text),
        DataKind.List => new JsonArray([.. node.Items.Select(Plain)]),
        DataKind.Map => new JsonObject(node.Members.Select(member => KeyValuePair.Create(member.Key, Plain(member.Value)))),
        _ => null,
    };
}
