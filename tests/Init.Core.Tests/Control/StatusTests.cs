using System.Text;
using System.Text.Json;
using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Core.Tests.Support;

namespace Init.Core.Tests.Control;

public class StatusTests
{
    static readonly StatusEntry Api = new()
    {
        PmId = 0,
        Worker = new WorkerId("api", 0),
        Status = "online",
        Pid = 4711,
        StartedUnixMs = 1795243623123,
        CreatedUnixMs = 1795243000000,
        UptimeMs = 3_725_000,
        Restarts = 3,
        Unstable = 1,
        LastExit = ExitStatus.Signalled(9),
        MemoryBytes = 12_897_485,
        CpuPercent = 12.345,
        Spec = new AppSpec
        {
            Name = "api",
            Command = new CommandSpec { Program = "server.js", Interpreters = ["node"], InterpreterArgs = ["--trace-warnings"], Args = ["--port", "80\"80"] },
            Cwd = "/srv/app",
            Env = [new("SECRET", "hunter2")],
            Instances = 2,
        },
    };

    static readonly StatusEntry Worker = new()
    {
        PmId = 12,
        Worker = new WorkerId("wörker-日本", 1),
        Status = "waiting restart",
        UptimeMs = 5,
        CpuPercent = double.NaN,
        Spec = new AppSpec { Name = "wörker-日本", Command = new CommandSpec { Program = "/bin/worker" } },
    };

    [Fact]
    public void Reply_HasPm2Shape()
    {
        using var document = JsonDocument.Parse(Reply(Api, Worker));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.RootElement.WriteTo(writer);
        }

        GoldenFile.Check("Status.golden.txt", Encoding.UTF8.GetString(stream.ToArray()) + "\n");
    }

    [Fact]
    public void HealthChecks_StandInPminitsOwnPart()
    {
        using var document = JsonDocument.Parse(Reply(Api with { Health = new HealthStatus(true, true, 4, "GET http://localhost:80/: answered 500") }, Api with { Health = new HealthStatus(false, false, 0, null) }));
        var texts = new List<string>();
        foreach (var entry in document.RootElement.GetProperty("result").EnumerateArray())
        {
            texts.Add(entry.GetProperty("pminit").GetProperty("health").GetRawText());
        }

        Assert.Equal(["""{"status":"failing","failures":4,"last_problem":"GET http://localhost:80/: answered 500"}""", """{"status":"unknown","failures":0}"""], texts);
    }

    [Fact]
    public void Waiting_IsLaunchingForTools_AndSaysForWhatToPeople()
    {
        var reply = Reply(Worker with { Status = "launching", WaitingFor = ["db", "migrate"] });
        Assert.Contains("\"status\":\"launching\"", Encoding.UTF8.GetString(reply.Span), StringComparison.Ordinal);
        Assert.Equal("waiting for db, migrate", Assert.Single(StatusRow.ReadAll(ControlReply.Parse(reply).Result)).Status);
    }

    [Fact]
    public void Reply_IsOneLineAndNamesNoEnvironment()
    {
        var text = Encoding.UTF8.GetString(Reply(Api).Span);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAll_YieldsWhatWasWritten()
    {
        var rows = StatusRow.ReadAll(ControlReply.Parse(Reply(Api, Worker)).Result);
        Assert.Equal(
            [
                new StatusRow
                {
                    Id = 0, Name = "api", Mode = "fork", Pid = 4711, UptimeMs = 3_725_000, Restarts = 3, Status = "online", CpuPercent = 12.3, MemoryBytes = 12_897_485,
                },
                new StatusRow { Id = 12, Name = "wörker-日本", Mode = "fork", UptimeMs = 5, Status = "waiting restart" },
            ],
            rows.ToArray());
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("null", 0)]
    [InlineData("[]", 0)]
    [InlineData("[1,null,[],\"x\"]", 0)]
    [InlineData("[{}]", 1)]
    [InlineData("""[{"pid":"x","name":1,"pm2_env":[],"monit":3,"pminit":null}]""", 1)]
    [InlineData("""[{"pid":1.5,"name":null,"pm2_env":{"status":{},"restart_time":1e99},"monit":{"cpu":"1","memory":true}}]""", 1)]
    public void ReadAll_NeverThrows_WhenResultIsOdd(string json, int count)
    {
        using var document = JsonDocument.Parse(json);
        var rows = StatusRow.ReadAll(document.RootElement);
        Assert.Equal(Enumerable.Repeat(new StatusRow(), count), rows);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Table_IsAsReviewed(bool fancy, bool colour) => GoldenFile.Check(
        $"Table{(fancy ? "Fancy" : "Plain")}{(colour ? "Colour" : "")}.golden.txt",
        StatusTable.Render(Rows(), fancy, colour).Replace('\u001b', '^'));

    [Fact]
    public void Table_HasHeaderOnly_WhenNothingRuns() =>
        Assert.Equal("id  name  mode  pid  uptime  restarts  status  cpu  mem\n", StatusTable.Render([], fancy: false, colour: false));

    [Fact]
    public void Table_LinesAreEquallyWide()
    {
        foreach (var fancy in new[] { false, true })
        {
            var widths = StatusTable.Render(Rows(), fancy, colour: false).TrimEnd('\n').Split('\n').Select(DisplayText.Columns);
            Assert.Single(widths.Distinct());
        }
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0, "0s")]
    [InlineData(3_999, "3s")]
    [InlineData(59_999, "59s")]
    [InlineData(60_000, "1m")]
    [InlineData(3_599_999, "59m")]
    [InlineData(3_600_000, "1h")]
    [InlineData(86_399_999, "23h")]
    [InlineData(86_400_000, "1D")]
    [InlineData(400 * 86_400_000L, "400D")]
    public void Uptime_IsTheLargestWholeUnit(long ms, string expected) => Assert.Equal(expected, HumanUnits.Uptime(ms));

    [Theory]
    [InlineData(-1, "0b")]
    [InlineData(0, "0b")]
    [InlineData(1023, "1023b")]
    [InlineData(1024, "1.0kb")]
    [InlineData(12_897_485, "12.3mb")]
    [InlineData(1024 * 1024 - 1, "1.0mb")]
    [InlineData(1024 * 1024, "1.0mb")]
    [InlineData(2L << 30, "2.0gb")]
    [InlineData(2000L << 30, "2000.0gb")]
    public void Memory_HasOneDecimal(long bytes, string expected) => Assert.Equal(expected, HumanUnits.Memory(bytes));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("日本", 4)]
    [InlineData("한", 2)]
    [InlineData("😀", 2)]
    [InlineData("a\u200Db", 2)]
    [InlineData("↺", 1)]
    [InlineData("│", 1)]
    public void Columns_CountWhatTheTerminalShows(string text, int columns) => Assert.Equal(columns, DisplayText.Columns(text));

    [Theory]
    [InlineData("plain é日😀", "plain é日😀")]
    [InlineData("a\u001b[2Jb", "a\\u{1b}[2Jb")]
    [InlineData("a\nb\r\0\u0085", "a\\u{a}b\\u{d}\\u{0}\\u{85}")]
    [InlineData("a\u202Eb\u2028", "a\\u{202e}b\\u{2028}")]
    public void Safe_HidesWhatMovesTheCursor(string text, string expected) => Assert.Equal(expected, DisplayText.Safe(text));

    [Fact]
    public void Safe_HidesLoneSurrogates() => Assert.Equal("a\\u{d800}b", DisplayText.Safe("a\ud800b"));

    static StatusRow[] Rows() =>
    [
        .. StatusRow.ReadAll(ControlReply.Parse(Reply(Api, Worker)).Result),
        new StatusRow { Id = 13, Name = "evil\u001b[2J\nname", Mode = "cluster", Pid = 99, Restarts = 100, Status = "stopping", CpuPercent = 100 },
        new StatusRow { Id = 14, Name = "done", Mode = "fork", Status = "stopped" },
        new StatusRow { Id = 15, Name = "bad", Mode = "fork", Restarts = 16, Status = "errored" },
    ];

    static ReadOnlyMemory<byte> Reply(params StatusEntry[] entries)
    {
        var to = new ByteBuffer();
        ControlReplies.WriteStatus(to, entries);
        return to.Memory;
    }
}
