using Init.Core.Config;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`env_*` and `--env`.</summary>
public sealed class ProfileTests
{
    static readonly ConfigContext Production = new() { Cpus = 4, Profile = "production" };

    [Theory]
    [InlineData("env: {A: 1, B: 2}, env_production: {B: 3, C: 4}", "A=1;B=3;C=4")]
    [InlineData("env_production: {B: 3}, env: {A: 1, B: 2}", "A=1;B=3")]
    [InlineData("env_production: {B: 3}, env_staging: {B: 4}", "B=3")]
    [InlineData("env: {A: 1}, env_production: {A: null}", "")]
    [InlineData("env: {A: 1}, env_production: {}", "A=1")]
    [InlineData("env_production: {O: {a: [1]}}", "O={\"a\":[1]}")]
    [InlineData("port: 80, env_production: {PORT: 81}", "PORT=81")]
    [InlineData("port: 80, env: {PORT: 81}, env_production: {PORT: null}", "PORT=80")]
    public void Profile_IsMergedOverEnv_WhenItIsChosen(string fields, string expected)
    {
        var app = Assert.Single(Accepted(fields, Production).Ecosystem!.Apps);
        Assert.Equal(expected, string.Join(';', app.Env.Select(pair => pair.Key + "=" + pair.Value)));
    }

    [Fact]
    public void Profile_IsSilent_WhenNoneIsChosen()
    {
        var result = Accepted("env: {A: 1}, env_production: {A: 2}, env_staging: null", new ConfigContext { Cpus = 4 });
        Assert.Empty(result.Warnings);
        Assert.Equal("1", Assert.Single(Assert.Single(result.Ecosystem!.Apps).Env).Value);
    }

    [Fact]
    public void Profile_IsEnough_WhenOneAppHasIt()
        => Assert.Empty(Read("[{script: 'a'}, {script: 'b', env_production: {}}]", Production).Errors);

    [Fact]
    public void IncrementVar_CountsFromTheProfile()
    {
        const string Fields = "increment_var: 'N', env: {N: 'x'}, env_production: {N: ";
        Assert.Equal(7, Assert.Single(Accepted(Fields + "7}", Production).Ecosystem!.Apps).Increment!.Value.Base);
        Assert.Contains("apps[0].env_production.N: \"increment_var\"", OnlyError(Fields + "'y'}", Production));
        Assert.Contains("apps[0].env.N: \"increment_var\"", OnlyError(Fields + "7}", Production with { Profile = null }));
    }

    [Theory]
    [InlineData("env_staging: {}, env_dev: {}", "ecosystem.json: no app has the profile \"production\"; there are: \"dev\", \"staging\"")]
    [InlineData("env: {}", "no app has the profile \"production\"; no app has any: leave out --env (and PMINIT_ENV), or add the variables as \"env_production\" to an app")]
    [InlineData("env_production: null", "no app has any")]
    [InlineData("env_production: 'A=1'", "apps[0].env_production: expected an object of variables")]
    [InlineData("env_production: {}, env_staging: {'A=B': 1}", "apps[0].env_staging[\"A=B\"]: a variable's name")]
    [InlineData("env_production: {}, 'env_ x': {}", "unknown field")]
    [InlineData("env_production: {}, env_: {}", "unknown field")]
    [InlineData("env_production: {}, env_flie: '.env'", "did you mean \"env_file\"")]
    public void Profile_IsRefused_WithTheReason(string fields, string part) => Assert.Contains(part, OnlyError(fields, Production));

    [Fact]
    public void Profile_IsNoSecondError_WhenThereIsNoApp() => Assert.Single(Read("{}", Production).Errors);

    [Theory]
    [InlineData("name: 'api', append_env_to_name: true", "api-production")]
    [InlineData("name: 'api', appendEnvToName: 'true'", "api-production")]
    [InlineData("append_env_to_name: true", "a-production")]
    [InlineData("name: 'api', append_env_to_name: false", "api")]
    public void Name_GetsTheProfile_WhenTheAppAsksForIt(string fields, string expected)
        => Assert.Equal(expected, Assert.Single(Accepted(fields + ", env_production: {}", Production).Ecosystem!.Apps).Name);

    [Fact]
    public void Name_IsPlain_WhenNoProfileIsChosen()
        => Assert.Equal("api", AppWith("name: 'api', append_env_to_name: true").Name);

    static ConfigResult Accepted(string fields, ConfigContext context)
    {
        var result = Read("{apps: [{script: 'a', " + fields + "}]}", context);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result;
    }

    static string OnlyError(string fields, ConfigContext context)
        => Assert.Single(Read("{apps: [{script: 'a', " + fields + "}]}", context).Errors).ToString();
}
