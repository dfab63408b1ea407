using System.Text;
using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`env_file` and `env_from_files`: the fields, the dotenv lines, the order of precedence, and what errors say.</summary>
public sealed class EnvFileTests
{
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    readonly HashSet<string> _locked = [];
    readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public static TheoryData<string, string?> Lines => new()
    {
        { "A=1", "1" }, { "A = 1 ", "1" }, { "export A=1", "1" }, { "export\tA=1", "1" }, { "  A=1", "1" }, { "A=", "" }, { "A=a b  c", "a b c".Replace("b c", "b  c") },
        { "A=a#b", "a#b" }, { "A=a #b", "a" }, { "A=#b", "" }, { "A='a #b'", "a #b" }, { "A='a\\n'", "a\\n" }, { "A=\"a\\nb\"", "a\nb" }, { "A=\"a\\\"b\\\\\"", "a\"b\\" },
        { "A=\"a\\xb\"", "a\\xb" }, { "A=`it's \"so\"`", "it's \"so\"" }, { "A='x' # note", "x" }, { "A=$HOME${X}", "$HOME${X}" }, { "A=a=b", "a=b" }, { "A=it's", "it's" },
        { "A=1\r\nB=2\r\n", "1" }, { "\uFEFFA=1", "1" }, { "A='line one\nline two'\nB=2", "line one\nline two" }, { "A=1\nA=2", "2" }, { "# A=1\n\n\nA=3", "3" },
        { "A='größe'", "größe" }, { "a.b-c=1\nA=2", "2" }, { "exportA=1\nA=4", "4" }, { "# nothing", null }, { "", null }, { "\n\n", null },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void DotEnv_IsRead_AsDotenvPackagesDo(string text, string? value)
    {
        Put("/app/.env", text);
        Assert.Equal(value, ValueOf("A", Accepted("env_file: '.env', cwd: '/app'")));
    }

    [Theory]
    [InlineData("A", "1:2: expected '=' after \"A\"")]
    [InlineData("A=1\nB 2", "2:2: expected '=' after \"B\"")]
    [InlineData("=1", "1:1: expected NAME=value")]
    [InlineData("{\"A\": 1}", "1:1: expected NAME=value")]
    [InlineData("A='x\nB=2", "1:3: the quote ' is never closed")]
    [InlineData("ü=1", "1:1: expected NAME=value")]
    [InlineData("A=\"x\" y", "1:7: expected the end of the line after the closing quote")]
    [InlineData("A='😀' y", "1:7: expected the end of the line")]
    [InlineData("A=a\0b", "1:3: a variable cannot contain the character U+0000")]
    public void DotEnv_IsRefused_AtItsOwnPlace(string text, string part)
    {
        Put(".env", text);
        var error = Assert.Single(Refused("env_file: '.env'"));
        Assert.Contains(".env:" + part, error.ToString());
    }

    [Fact]
    public void DotEnv_ReportsEveryLine_ButNotWithoutEnd()
    {
        Put(".env", string.Join('\n', Enumerable.Range(0, 100).Select(_ => "broken")));
        Assert.Equal(20, Refused("env_file: '.env'").Length);
        Put(".env", "broken\nA=1\nbroken");
        Assert.Equal(["1:7", "3:7"], Refused("env_file: '.env'").Select(error => error.Position.ToString()));
    }

    [Fact]
    public void DotEnv_IsRefused_WhenItIsNoText()
    {
        _files[".env"] = [0x41, 0x3d, 0xff];
        Assert.Contains("not UTF-8", Assert.Single(Refused("env_file: '.env'")).ToString());
        _files[".env"] = new byte[FileContent.MaxBytes + 1];
        Assert.Contains("larger than 1 MiB", Assert.Single(Refused("env_file: '.env'")).ToString());
        Put(".env", "A=" + new string('x', 200_000));
        Assert.Contains("longer than a variable can be", Assert.Single(Refused("env_file: '.env'")).ToString());
    }

    [Fact]
    public void Precedence_IsOwnThenFilesThenEnvThenProfile()
    {
        _variables["A"] = "own";
        Put("one.env", "A=one\nB=one\nC=one\nD=one");
        Put("two.env", "B=two\nC=two\nD=two");
        var app = Accepted("env_file: ['one.env', {path: 'two.env'}], env: {C: 'env', D: 'env'}, env_x: {D: 'profile'}", "x");
        Assert.Equal(["one", "two", "env", "profile"], new[] { "A", "B", "C", "D" }.Select(name => ValueOf(name, app)));
    }

    [Fact]
    public void Null_TakesAVariableOfTheFileOut()
    {
        Put(".env", "A=1\nB=1");
        var app = Accepted("env_file: '.env', env: {A: null}, env_x: {B: null}", "x");
        Assert.Empty(app.Env);
    }

    [Fact]
    public void Increment_StartsFromTheFile()
    {
        Put(".env", "PORT=3000");
        Assert.Equal(new IncrementedVariable("PORT", 3000), Accepted("env_file: '.env', increment_var: 'PORT'").Increment);
        Put(".env", "PORT=x");
        Assert.Contains("\"PORT\" of the app's files is no whole number", Assert.Single(Refused("env_file: '.env', increment_var: 'PORT'")).ToString());
    }

    [Fact]
    public void MissingFile_IsAnErrorWithItsPlace_UnlessItMayBeAbsent()
    {
        var error = Assert.Single(Refused("env_file: ['.env']"));
        Assert.Equal("apps[0].env_file[0]", error.Path);
        Assert.Contains("cannot read \".env\": no such thing; if it may be absent: {\"path\": \".env\", \"required\": false}", error.ToString());
        Assert.Empty(Accepted("env_file: {path: '.env', required: false}").Env);
        _locked.Add(".env");
        Assert.Contains("permission denied", Assert.Single(Refused("env_file: {path: '.env', required: false}")).ToString());
    }

    [Theory]
    [InlineData("env_file: 5", "expected a path, or a list of paths")]
    [InlineData("env_file: ''", "the text is empty")]
    [InlineData("env_file: {}", "\"path\" is missing")]
    [InlineData("env_file: [{path: 'x', requird: true}]", "unknown field")]
    [InlineData("env_file: [{path: 'x', required: 5}]", "expected true or false")]
    [InlineData("env_from_files: 5", "expected true, a list of names, or an object of paths")]
    [InlineData("env_from_files: ['A=B']", "a variable's name cannot be empty or contain '='")]
    [InlineData("env_from_files: {A: 5}", "expected text")]
    [InlineData("env_from_files: {A: '/x'}", "cannot read \"/x\": no such thing")]
    [InlineData("env_from_files: ['A']", "\"A_FILE\" is not set, so there is no file to read \"A\" from")]
    [InlineData("env_from_files: ['A'], env: {A_FILE: '/run/s', A: 'x'}", "\"A\" has a value already")]
    public void Field_IsRefused_WhenItCannotBeMeant(string field, string part)
    {
        Put("x", "");
        Assert.Contains(part, Assert.Single(Refused(field)).ToString());
    }

    [Theory]
    [InlineData("env_from_files: ['A']", "secret")]
    [InlineData("envFromFiles: ['A']", "secret")]
    [InlineData("env_from_files: {A: '/run/secrets/a'}", "secret")]
    [InlineData("env_from_files: {A: '${A_FILE}'}", "secret")]
    [InlineData("env_from_files: true", "secret")]
    [InlineData("env_from_files: 'true'", "secret")]
    [InlineData("env_from_files: false", null)]
    [InlineData("env_from_files: true, env: {A: 'given'}", "given")]
    [InlineData("env_from_files: true, env: {A_FILE: '/var/run/secrets/b'}", "two\nlines")]
    [InlineData("env_from_files: true, env: {A_FILE: '/etc/a'}", null)]
    public void Secret_IsReadIntoItsVariable(string field, string? value)
    {
        _variables["A_FILE"] = "/run/secrets/a";
        Put("/run/secrets/a", "secret\n");
        Put("/var/run/secrets/b", "two\nlines\r\n\n");
        Put("/etc/a", "no secret");
        var app = Accepted(field);
        Assert.Equal(value, ValueOf("A", app));
        Assert.Equal(value is not null && value != "given", app.SecretVariables.Contains("A"));
    }

    [Fact]
    public void Secret_IsNeverShown()
    {
        Put("/run/secrets/a", "hunter2");
        _variables["KEY"] = "hunter3";
        var app = Accepted("env_from_files: {A: '/run/secrets/a'}");
        Assert.DoesNotContain("hunter2", EffectiveConfig.Write(new Ecosystem { Apps = [app] }));
        Assert.DoesNotContain("hunter3", Assert.Single(Refused("kill_timeout: '${KEY}'")).ToString());
    }

    [Fact]
    public void Secret_IsRefused_WhenNoVariableCanHoldIt()
    {
        _files["/s"] = [0xff];
        Assert.Contains("is not UTF-8 text", Assert.Single(Refused("env_from_files: {A: '/s'}")).ToString());
        _files["/s"] = [0x41, 0];
        Assert.Contains("contains U+0000", Assert.Single(Refused("env_from_files: {A: '/s'}")).ToString());
        _files["/s"] = Encoding.UTF8.GetBytes(new string('x', 131_000));
        Assert.Contains("longer than a variable can be", Assert.Single(Refused("env_from_files: {A: '/s'}")).ToString());
    }

    void Put(string path, string text) => _files[path] = Encoding.UTF8.GetBytes(text);

    ConfigResult ReadApp(string fields, string? profile = null) => Read("{apps: [{script: 'a.js', " + fields + "}]}", new ConfigContext
    {
        Cpus = 1,
        Profile = profile,
        Variables = _variables,
        ReadFile = path => _locked.Contains(path) ? new FileContent { Problem = "permission denied" } : _files.TryGetValue(path, out var bytes) ? new FileContent { Bytes = bytes } : new FileContent { IsMissing = true, Problem = "no such thing" },
    });

    AppSpec Accepted(string fields, string? profile = null)
    {
        var result = ReadApp(fields, profile);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result.Ecosystem!.Apps[0];
    }

    ConfigError[] Refused(string fields) => [.. ReadApp(fields).Errors];

    static string? ValueOf(string name, AppSpec app)
    {
        Assert.Equal(app.Env.Length, app.Env.Select(pair => pair.Key).Distinct().Count());
        return app.Env.Where(pair => pair.Key == name).Select(pair => pair.Value).SingleOrDefault();
    }
}
