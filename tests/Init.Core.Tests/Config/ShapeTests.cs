using System.Text;
using Init.Core.Config;
using Init.Core.Config.Data;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>Shapes of the top level, the pminit section, fields that are known without effect, and file kinds.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData("{apps: [{script: 'a'}, {script: 'b'}]}", "a b")]
    [InlineData("{pm2: [{script: 'a'}]}", "a")]
    [InlineData("[{script: 'a'}, {script: 'b'}]", "a b")]
    [InlineData("{script: 'a'}", "a")]
    [InlineData("{name: 'x', exec: 'a'}", "x")]
    [InlineData("{apps: {script: 'a'}}", "a")]
    [InlineData("\uFEFF{apps: [{script: 'a'}]}", "a")]
    public void Apps_AreFound_InEveryShape(string text, string names)
        => Assert.Equal(names, string.Join(' ', Accept(text).Apps.Select(app => app.Name)));

    [Fact]
    public void Pm2Key_IsTaken_WhenTheFileIsAPackageJson()
    {
        const string Text = """{"name": "shop", "version": "1.0.0", "scripts": {}, "pm2": [{"script": "a.js"}]}""";
        Assert.Equal("a", Assert.Single(Read(Text, file: "/srv/package.json").Ecosystem!.Apps).Name);
        Assert.NotEmpty(Read(Text).Errors);
    }

    [Fact]
    public void Settings_AreRead_FromThePminitSection()
    {
        var settings = Accept("""
            {script: "a", pminit: {health: {enabled: "true", host: "::1", port: 0}, control: {enabled: false, socket: "/x.sock"}, shutdownTimeout: "25s"}}
            """).Settings;
        Assert.Equal((true, "::1", 0, true), (settings.Health.Enabled, settings.Health.Host, settings.Health.Port, settings.Health.IsExplicit));
        Assert.Equal((false, "/x.sock"), (settings.Control.Enabled, settings.Control.Socket));
        Assert.Equal(TimeSpan.FromSeconds(25), settings.ShutdownTimeout);
    }

    [Fact]
    public void Settings_AreDefaults_WhenTheSectionIsAbsent()
        => Assert.Equal(new Core.Model.GlobalSettings(), Accept("{script: 'a', pminit: {health: {enabled: true}}}").Settings);

    [Theory]
    [InlineData("health: {host: 'localhost'}", "write \"127.0.0.1\"")]
    [InlineData("health: {host: '1'}", "expected a numeric IPv4 or IPv6 address")]
    [InlineData("health: {host: '127.1'}", "numeric")]
    [InlineData("health: {host: '1.2.3.04'}", "numeric")]
    [InlineData("health: {host: '[::1]'}", "numeric")]
    [InlineData("health: {host: '[::1]:80'}", "numeric")]
    [InlineData("health: {host: 'fe80::1%eth0'}", "numeric")]
    [InlineData("health: {port: 65536}", "a port from 0 to 65535")]
    [InlineData("health: {port: -1}", "a port from 0 to 65535")]
    [InlineData("health: {prot: 1}", "pminit.health.prot: unknown field; did you mean \"port\"?")]
    [InlineData("health: false", "write {\"enabled\": false}")]
    [InlineData("health: {expose: []}", "known, but not available")]
    [InlineData("control: {socket: ''}", "empty")]
    [InlineData("shutdown_timeout: -1", "negative")]
    [InlineData("log: {format: 'xml'}", "expected one of \"json\", \"text\"")]
    [InlineData("log: 'raw'", "expected an object")]
    [InlineData("helth: {}", "did you mean \"health\"?")]
    public void Setting_IsRefused_WithTheReason(string setting, string part)
        => Assert.Contains(part, Assert.Single(Read("{script: 'a', pminit: {" + setting + "}}").Errors).ToString());

    [Fact]
    public void SocketPath_IsRefused_WhenTheKernelCannotHoldIt()
    {
        Assert.Empty(Read("{script: 'a', pminit: {control: {socket: '" + new string('x', 107) + "'}}}").Errors);
        Assert.Single(Read("{script: 'a', pminit: {control: {socket: '" + new string('x', 108) + "'}}}").Errors);
    }

    [Theory]
    [InlineData("vizion: true")]
    [InlineData("pmx: true")]
    [InlineData("automation: true")]
    [InlineData("windowsHide: true")]
    [InlineData("treekill: false")]
    [InlineData("source_map_support: true")]
    [InlineData("sourceMapSupport: true")]
    [InlineData("write: true")]
    [InlineData("force: true")]
    [InlineData("username: 'x'")]
    [InlineData("post_update: ['x']")]
    [InlineData("merge_logs: true")]
    [InlineData("combine_logs: true")]
    [InlineData("log_date_format: 'YYYY'")]
    public void Field_IsAWarning_WhenItMakesNoDifference(string field)
    {
        var result = Read("{apps: [{script: 'a.js', " + field + "}]}");
        Assert.Empty(result.Errors);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal("apps[0]." + field[..field.IndexOf(':')], warning.Path);
        Assert.Equal("has no effect", warning.Message);
        Assert.NotEmpty(warning.Hint);
    }

    [Theory]
    [InlineData("watch: false")]
    [InlineData("watch: []")]
    [InlineData("watch: null")]
    [InlineData("wait_ready: false")]
    [InlineData("autostart: true")]
    [InlineData("out_file: '/dev/null'")]
    [InlineData("error: '/dev/stderr'")]
    [InlineData("log_type: 'json'")]
    [InlineData("cron_restart: '0'")]
    [InlineData("time: false")]
    [InlineData("vizion: false")]
    [InlineData("env_production: {A: 1}")]
    public void Field_IsSilent_WhenItAsksForNothing(string field)
    {
        var result = Read("{apps: [{script: 'a.js', " + field + "}]}");
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("out_file: './x.log'")]
    [InlineData("namespace: 'x'")]
    public void Field_IsAnErrorWithARemedy_WhenItIsNotAvailableYet(string field)
    {
        var error = Refuse(field);
        Assert.Equal("known, but not available in this version", error.Message);
        Assert.NotEmpty(error.Hint);
    }

    [Theory]
    [InlineData("nmae", "name")]
    [InlineData("Name", "name")]
    [InlineData("kill-timeout", "kill_timeout")]
    [InlineData("KILL_TIMEOUT", "kill_timeout")]
    [InlineData("killTimout", "kill_timeout")]
    [InlineData("instnces", "instances")]
    [InlineData("argz", "args")]
    [InlineData("max_memroy_restart", "max_memory_restart")]
    [InlineData("node_arg", "node_args")]
    [InlineData("envs", "env")]
    public void UnknownField_SuggestsTheNearest(string field, string expected)
        => Assert.Equal($"did you mean \"{expected}\"?", Refuse($"'{field}': 1").Hint);

    [Theory]
    [InlineData("foo")]
    [InlineData("database")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("_")]
    public void UnknownField_SuggestsNothing_WhenNothingIsNear(string field)
    {
        var error = Refuse($"'{field}': 1");
        Assert.Equal(("unknown field", "remove it"), (error.Message, error.Hint));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("ecosystem.json5")]
    [InlineData("/dev/fd/3")]
    [InlineData("x.json.bak")]
    public void File_IsReadAsJson_WhenItsNameSaysNothingElse(string file) => Assert.Empty(Read("{script: 'a'}", file: file).Errors);

    [Fact]
    public void Errors_AreSortedByPlace_AndCompleteAcrossApps()
    {
        var result = Read("""
            {
              apps: [
                { name: "a", script: "x.js", instances: 1.5, foo: 1 },
                { name: "a", kill_timeout: {}, env: { A: process.env.A } },
              ],
              pminit: { health: { port: "many" } },
            }
            """);
        Assert.Null(result.Ecosystem);
        Assert.Equal(
            ["3:45 apps[0].instances", "3:50 apps[0].foo", "4:5 apps[1]", "4:13 apps[1].name", "4:32 apps[1].kill_timeout", "4:46 apps[1].env.A", "6:29 pminit.health.port"],
            result.Errors.Select(error => $"{error.Position} {error.Path}"));
    }

    [Fact]
    public void File_IsRefused_WhenItIsLargerThanTheLimit()
    {
        var error = Assert.Single(EcosystemReader.Read(new byte[DataReader.MaxBytes + 1], "big.json", new ConfigContext { Cpus = 1 }).Errors);
        Assert.StartsWith("big.json: the file is larger than 1 MiB", error.ToString());
        var most = Encoding.UTF8.GetBytes("{script: 'a'}".PadRight(DataReader.MaxBytes));
        Assert.Empty(EcosystemReader.Read(most, "big.json", new ConfigContext { Cpus = 1 }).Errors);
    }
}
