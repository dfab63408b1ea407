using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>The fields that shape a worker's environment, on a machine whose own has a few variables.</summary>
public sealed class EnvironmentFieldTests
{
    static readonly ConfigContext Machine = new()
    {
        Cpus = 4,
        Variables = new Dictionary<string, string> { ["BASE"] = "40", ["HOME"] = "/root", ["EMPTY"] = "" },
    };

    [Theory]
    [InlineData("port: 3000", "PORT=3000")]
    [InlineData("port: '3000'", "PORT=3000")]
    [InlineData("port: 0", "PORT=0")]
    [InlineData("port: 65535", "PORT=65535")]
    [InlineData("port: null", "")]
    [InlineData("port: 3000, env: {A: 1}", "A=1;PORT=3000")]
    [InlineData("port: 3000, env: {PORT: 8080}", "PORT=8080")]
    [InlineData("env: {PORT: null}, port: 3000", "PORT=3000")]
    public void Port_SetsTheVariable_WhenEnvDoesNot(string fields, string expected) => Assert.Equal(expected, EnvOf(AppOn(fields)));

    [Theory]
    [InlineData("increment_var: 'PORT', env: {PORT: 3000}", "PORT", 3000)]
    [InlineData("env: {PORT: '3000'}, incrementVar: 'PORT'", "PORT", 3000)]
    [InlineData("increment_var: 'PORT', port: 4000", "PORT", 4000)]
    [InlineData("increment_var: 'N'", "N", 0)]
    [InlineData("increment_var: 'N', env: {N: null}", "N", 0)]
    [InlineData("increment_var: 'N', env: {N: -5}", "N", -5)]
    [InlineData("increment_var: 'N', env: {N: 9007199254740991}", "N", 9007199254740991)]
    [InlineData("increment_var: 'BASE'", "BASE", 40)]
    [InlineData("increment_var: 'BASE', env: {BASE: 7}", "BASE", 7)]
    [InlineData("increment_var: 'BASE', filter_env: true", "BASE", 0)]
    [InlineData("increment_var: 'BASE', filter_env: ['BAS']", "BASE", 0)]
    [InlineData("increment_var: 'BASE', filter_env: 'BAS'", "BASE", 40)]
    public void IncrementVar_CountsFromItsValue(string fields, string name, long first)
        => Assert.Equal(new IncrementedVariable(name, first), AppOn(fields).Increment);

    [Theory]
    [InlineData("env: {N: 'abc'}, increment_var: 'N'", "1:32: apps[0].env.N: \"increment_var\" counts up from this")]
    [InlineData("env: {N: 1.5}, increment_var: 'N'", "must be a whole number")]
    [InlineData("env: {N: ''}, increment_var: 'N'", "must be a whole number, found text \"\"")]
    [InlineData("env: {N: ' 5'}, increment_var: 'N'", "must be a whole number")]
    [InlineData("env: {N: '9007199254740992'}, increment_var: 'N'", "must be a whole number")]
    [InlineData("env: {N: '99999999999999999999'}, increment_var: 'N'", "must be a whole number")]
    [InlineData("increment_var: 'HOME'", "1:38: apps[0].increment_var: \"HOME\" of pminit's own environment is no whole number")]
    [InlineData("increment_var: 'EMPTY'", "\"EMPTY\" of pminit's own environment")]
    [InlineData("increment_var: ''", "the text is empty")]
    [InlineData("increment_var: 'A=B'", "a variable's name cannot")]
    [InlineData("increment_var: 5", "expected text")]
    [InlineData("instance_var: ''", "the text is empty")]
    [InlineData("instance_var: 'A=B'", "a variable's name cannot")]
    [InlineData("instance_var: true", "expected text")]
    [InlineData("port: -1", "a port from 0 to 65535")]
    [InlineData("port: 65536", "a port from 0 to 65535")]
    [InlineData("port: 'http'", "a port from 0 to 65535")]
    [InlineData("filter_env: 5", "expected true, the name of a variable, or a list of parts of names")]
    [InlineData("filter_env: {A: true}", "found an object")]
    [InlineData("filter_env: 'A=B'", "a variable's name cannot")]
    [InlineData("filter_env: ['A', '']", "apps[0].filter_env[1]: the text is empty")]
    [InlineData("filter_env: [5]", "apps[0].filter_env[0]: expected text")]
    public void Field_IsRefused_WithTheReason(string fields, string part)
    {
        var result = Read("{apps: [{script: 'a', " + fields + "}]}", Machine);
        Assert.Contains(part, Assert.Single(result.Errors).ToString());
    }

    [Theory]
    [InlineData("", "NODE_APP_INSTANCE")]
    [InlineData("instance_var: 'INSTANCE'", "INSTANCE")]
    [InlineData("instanceVar: 'X'", "X")]
    public void InstanceVar_NamesTheVariable(string field, string expected) => Assert.Equal(expected, AppOn(field).InstanceVar);

    [Theory]
    [InlineData("", "")]
    [InlineData("filter_env: false", "")]
    [InlineData("filter_env: 'false'", "")]
    [InlineData("filter_env: ''", "")]
    [InlineData("filter_env: []", "")]
    [InlineData("filter_env: true", "SECRET|MY_SECRET|secret|PATH")]
    [InlineData("filter_env: 'true'", "SECRET|MY_SECRET|secret|PATH")]
    [InlineData("filter_env: 'SECRET'", "SECRET")]
    [InlineData("filterEnv: ['SECRET']", "SECRET|MY_SECRET")]
    [InlineData("filter_env: ['sec', 'TH']", "secret|PATH")]
    public void FilterEnv_Drops_InThreeForms(string field, string expected)
    {
        string[] names = ["SECRET", "MY_SECRET", "secret", "PATH"];
        Assert.Equal(expected, string.Join('|', names.Where(AppOn(field).EnvFilter.Drops)));
    }

    static AppSpec AppOn(string fields)
    {
        var result = Read("{apps: [{script: 'a', " + fields + "}]}", Machine);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return Assert.Single(result.Ecosystem!.Apps);
    }

    static string EnvOf(AppSpec app) => string.Join(';', app.Env.Select(pair => pair.Key + "=" + pair.Value));
}
