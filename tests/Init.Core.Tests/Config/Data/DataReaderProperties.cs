using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Config;
using Init.Core.Config.Data;

namespace Init.Core.Tests.Config;

/// <summary>No bytes crash or hang the reader, and it agrees with the framework's on all strict JSON.</summary>
public sealed class DataReaderProperties
{
    static readonly string[] Samples =
    [
        """{"apps": [{"name": "api", "script": "server.js", "instances": "max", "env": {"A": "1", "B": {"c": [true, null]}}}], "pminit": {"health": {"port": 0}}}""",
        "// c\n{apps: [{script: 'npm start', args: ['--x', 0x1f, +1, .5], kill_timeout: '10s', /* y */ stop_exit_codes: [0, 1,],}],}",
        "[{exec: \"a && b\", interpreter_args: '-x \"y z\"', kill_signal: 'SIGINT', cwd: `x`, env: {E: process.env.X || 'y', F: '\\u00e9\\x41\\\n'}}]",
    ];

    [Fact]
    public void AnyBytes_EndInAResult()
        => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => HasOutcome(bytes)).Check(Seeded(300));

    [Fact]
    public void AnyText_EndsInAResult()
    {
        var pieces = Gen.Elements("{", "}", "[", "]", ",", ":", "'", "\"", "`", "${", "\\", "\\u", "//", "/*", "*/", "\n", " ", "a", "apps", "script",
            "0x", "1", "-", "+", ".", "...", "(", ")", "=>", "null", "é", "😀", "\uFEFF", "=", ";", "/");
        var texts = pieces.ArrayOf().Select(parts => string.Concat(parts));
        Prop.ForAll(texts.ToArbitrary(), text => HasOutcome(Encoding.UTF8.GetBytes(text))).Check(Seeded(3000));
    }

    [Fact]
    public void DamagedSamples_EndInAResult()
    {
        var random = new Random(20240611);
        foreach (var sample in Samples)
        {
            var whole = Encoding.UTF8.GetBytes(sample);
            for (var cut = 0; cut <= whole.Length; cut++)
            {
                Assert.True(HasOutcome(whole[..cut]));
            }

            for (var round = 0; round < 1500; round++)
            {
                var bytes = whole.ToList();
                for (var edits = random.Next(1, 5); edits > 0; edits--)
                {
                    Damage(bytes, random);
                }

                Assert.True(HasOutcome([.. bytes]));
            }
        }
    }

    [Fact]
    public void LargeHostileFiles_AreReadInLinearTime()
    {
        // One line each: what is quadratic in places, paths or recovery takes minutes here and stands out.
        string[] parts = ["{a:", "[1,", "'a' ", "x.y(", "1 ", "\"k\":1,", "/**/", "`${", "({[", "\\"];
        foreach (var part in parts)
        {
            var text = new StringBuilder("[");
            while (text.Length < 300_000)
            {
                text.Append(part);
            }

            Assert.True(HasOutcome(Encoding.UTF8.GetBytes(text.ToString())));
        }

        var unknown = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"kil{i}: 1, envs{i}x: []"));
        Assert.True(HasOutcome(Encoding.UTF8.GetBytes("{script: 'a', " + unknown + "}")));
    }

    [Fact]
    public void StrictJson_MeansTheSame_AsInTheFramework()
        => Prop.ForAll(Json(4).ToArbitrary(), text =>
        {
            using var expected = JsonDocument.Parse(text);
            var errors = new List<ConfigError>();
            var actual = DataReader.Read(Encoding.UTF8.GetBytes(text), "f", errors);
            Assert.Empty(errors.Select(error => error.ToString()));
            AssertSame(expected.RootElement, actual!);
        }).Check(Seeded(200));

    static FsCheck.Config Seeded(int count) => FsCheck.Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(4242, 77777);

    static bool HasOutcome(byte[] bytes)
    {
        var result = EcosystemReader.Read(bytes, "f.json", new ConfigContext { Cpus = 2 });
        return result.Ecosystem is null == result.Errors.Length > 0
            && result.Errors.All(error => error.Message.Length > 0 && !error.ToString().Any(c => char.IsControl(c)));
    }

    static void Damage(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(4))
        {
            case 0:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 1:
                bytes.Insert(at, "{}[],:'\"`\\/*.()+-0n"u8.ToArray()[random.Next(18)]);
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveAt(at);
                break;
            default:
                var length = Math.Min(random.Next(20), bytes.Count - at);
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
        }
    }

    static Gen<string> Json(int depth)
    {
        var texts = ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && IsWhole(text)).Select(text => JsonSerializer.Serialize(text));
        var numbers = ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(number => number.ToString("R", CultureInfo.InvariantCulture));
        var scalars = Gen.OneOf(texts, numbers, Gen.Elements("null", "true", "false", "0", "-0", "1e400", "1E-2", "\"\\ud83d\\ude00\\u0000\""));
        if (depth == 0)
        {
            return scalars;
        }

        var inner = Json(depth - 1);
        var lists = inner.ListOf().Select(items => "[" + string.Join(" ,\n", items.Take(6)) + "]");
        var maps = inner.ListOf().Select(items => "{" + string.Join(",\t", items.Take(6).Select((item, i) => $"\"k\\u00e9{i}\" : {item}")) + "} ");
        return Gen.OneOf(scalars, lists, maps);
    }

    static bool IsWhole(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }

    static void AssertSame(JsonElement expected, DataNode actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(DataKind.Map, actual.Kind);
                Assert.Equal(expected.EnumerateObject().Select(member => member.Name), actual.Members.Select(member => member.Key));
                foreach (var (member, node) in expected.EnumerateObject().Zip(actual.Members))
                {
                    AssertSame(member.Value, node.Value);
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(DataKind.List, actual.Kind);
                Assert.Equal(expected.GetArrayLength(), actual.Items.Length);
                foreach (var (item, node) in expected.EnumerateArray().Zip(actual.Items))
                {
                    AssertSame(item, node);
                }

                break;
            case JsonValueKind.String:
                Assert.Equal((DataKind.Text, expected.GetString()), (actual.Kind, actual.Text));
                break;
            case JsonValueKind.Number:
                Assert.Equal((DataKind.Number, expected.GetDouble()), (actual.Kind, actual.Number));
                break;
            default:
                Assert.Equal(expected.ValueKind == JsonValueKind.Null ? DataKind.Null : DataKind.Boolean, actual.Kind);
                Assert.Equal(expected.ValueKind == JsonValueKind.True, actual.Boolean);
                break;
        }
    }
}
