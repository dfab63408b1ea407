using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`${…}` in the texts of a file.</summary>
public sealed class ReferenceTests
{
    static readonly ConfigContext Machine = new()
    {
        Cpus = 3,
        Profile = "chosen",
        MemoryLimitBytes = (512 * 1024 * 1024) + 5,
        Variables = new Dictionary<string, string>
        {
            ["HOST"] = "db.local",
            ["EMPTY"] = "",
            ["N"] = "4",
            ["QUOTED"] = "${HOST}",
            ["cpus"] = "99",
            ["LONG"] = new string('x', 70_000),
        },
    };

    [Theory]
    [InlineData("${HOST}", "db.local")]
    [InlineData("http://${HOST}:${N}/", "http://db.local:4/")]
    [InlineData("${HOST}${N}", "db.local4")]
    [InlineData("[${EMPTY}]", "[]")]
    [InlineData("${EMPTY:-x}", "x")]
    [InlineData("${NONE:-x}", "x")]
    [InlineData("${NONE:-}", "")]
    [InlineData("${NONE:-a:-b?c}", "a:-b?c")]
    [InlineData("${NONE:-${HOST}}!", "db.local!")]
    [InlineData("${NONE:-{}}", "{}")]
    [InlineData("${HOST:-${NONE}}", "db.local")]
    [InlineData("${HOST:?needed}", "db.local")]
    [InlineData("${QUOTED}", "${HOST}")]
    [InlineData("$${HOST}", "${HOST}")]
    [InlineData("$$${HOST}", "$${HOST}")]
    [InlineData("$HOST $(date) $$ $", "$HOST $(date) $$ $")]
    [InlineData("${cpus}", "3")]
    [InlineData("${memory}", "512")]
    [InlineData("--max-old-space-size=${memory:75%}", "--max-old-space-size=384")]
    [InlineData("${memory:0.5%}", "2")]
    [InlineData("${memory:100%}", "512")]
    public void Reference_IsReplaced(string text, string expected)
    {
        var app = AppOn($"env: {{A: '{text}'}}");
        Assert.Equal(expected, Assert.Single(app.Env).Value);
    }

    [Theory]
    [InlineData("${NONE}", "the variable \"NONE\" is not set in pminit's own environment; set NONE on the container, or give a default: ${NONE:-…}; to leave it to the app write $${NONE}")]
    [InlineData("${NONE:?say where}", "NONE: say where; set NONE on the container")]
    [InlineData("${EMPTY:?say where}", "EMPTY: say where")]
    [InlineData("${EMPTY:?}", "the variable \"EMPTY\" is empty")]
    [InlineData("${NONE:?}", "the variable \"NONE\" is not set")]
    [InlineData("${NONE:-${OTHER}}", "\"OTHER\" is not set")]
    [InlineData("a ${HOST", "is never closed")]
    [InlineData("${", "is never closed")]
    [InlineData("${}", "\"${}\" is no reference that pminit knows; the forms are")]
    [InlineData("${1}", "is no reference")]
    [InlineData("${HOST%x}", "is no reference")]
    [InlineData("${HOST-x}", "is no reference")]
    [InlineData("${HOST:x}", "is no reference")]
    [InlineData("${ HOST }", "is no reference")]
    [InlineData("${cpus:50%}", "is no reference")]
    [InlineData("${memory:0%}", "is no reference")]
    [InlineData("${memory:101%}", "is no reference")]
    [InlineData("${memory:}", "is no reference")]
    [InlineData("${memory:%}", "is no reference")]
    [InlineData("${memory:-5}", "is no reference")]
    [InlineData("${LONG}${LONG}", "longer than 128 KiB")]
    [InlineData("${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}}}", "nested too deeply")]
    public void Reference_IsRefused_AtItsPlace(string text, string part)
    {
        var error = Assert.Single(Read("{apps: [{script: 'a', env: {A: '" + text + "'}}]}", Machine with { Profile = null }).Errors).ToString();
        Assert.StartsWith("ecosystem.json:1:32: apps[0].env.A: ", error);
        Assert.Contains(part, error);
    }

    [Fact]
    public void Memory_IsRefused_WhenItIsNotKnown()
        => Assert.Contains("is not known", Assert.Single(Read("{apps: [{script: '${memory}'}]}", Machine with { MemoryLimitBytes = null, Profile = null }).Errors).ToString());

    [Fact]
    public void Values_AreRead_AfterTheirReferences()
    {
        var app = AppOn("instances: '${N}', kill_timeout: '${N}s', autorestart: '${NONE:-false}', args: ['${HOST}', 5], port: '${PORT:-80}'");
        Assert.Equal((4, TimeSpan.FromSeconds(4), false), (app.Instances, app.KillTimeout, app.AutoRestart));
        Assert.Equal(["db.local", "5"], app.Command.Args.ToArray());
        Assert.Equal("80", Assert.Single(app.Env).Value);
        var settings = Read("{apps: [{script: 'a'}], pminit: {health: {port: '${N}'}, control: {socket: '/$${N}'}}}", Machine with { Profile = null }).Ecosystem!.Settings;
        Assert.Equal((4, "/${N}"), (settings.Health.Port, settings.Control.Socket));
    }

    [Fact]
    public void ShellLine_KeepsWhatIsTheShells()
    {
        var result = Read("[{script: 'run ${HOST} $HOST $(date) $${HOST}'}]", Machine with { Profile = null });
        Assert.Equal("exec run db.local $HOST $(date) ${HOST}", Assert.Single(result.Ecosystem!.Apps).Command.Program);
    }

    [Fact]
    public void References_AreLeftAlone_WhereNothingIsRead()
    {
        var text = "{apps: [{script: 'a', env: {'${NONE}': 'x'}, env_chosen: {A: '${N}'}, env_other: {A: '${NONE}'}, treekill: '${NONE}'}], deploy: {a: '${NONE}'}}";
        var result = Read(text, Machine);
        Assert.Empty(result.Errors);
        Assert.Equal("${NONE}=x;A=4", string.Join(';', Assert.Single(result.Ecosystem!.Apps).Env.Select(pair => pair.Key + "=" + pair.Value)));
    }

    [Fact]
    public void LaterErrors_KeepTheirPlaces()
    {
        var result = Read("[{script: 'a', cwd: '${LONG}', env_chosen: {A: ''}, max_restarts: '${HOST}', essential: 5}]", Machine);
        Assert.Equal(["1:67", "1:89"], result.Errors.Select(error => error.Position.ToString()));
    }

    static AppSpec AppOn(string fields)
    {
        var result = Read("{apps: [{script: 'a', " + fields + "}]}", Machine with { Profile = null });
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return Assert.Single(result.Ecosystem!.Apps);
    }
}
