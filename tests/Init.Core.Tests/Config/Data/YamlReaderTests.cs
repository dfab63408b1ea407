using System.Text;
using Init.Core.Config;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Tests.Config;

/// <summary>What YAML means and what is refused, value by value.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("a", "'a'")]
    [InlineData("~", "null")]
    [InlineData("Null", "null")]
    [InlineData("---", "null")]
    [InlineData("[a, , b]", "!")]
    [InlineData("true", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("tRue", "'tRue'")]
    [InlineData("[yes, No, on, off, y]", "['yes','No','on','off','y']")]
    [InlineData("[0, -0, +12, 007, 0o17, 0x1F, 1e3, 1., .5, -1.5e-3, 12345678901234567890]", "[0,-0,12,7,15,31,1000,1,0.5,-0.0015,1.2345678901234567E+19]")]
    [InlineData("[.inf, -.INF, +.Inf, .NaN, .nan]", "[Infinity,-Infinity,Infinity,NaN,NaN]")]
    [InlineData("[0o18, 0xg, 0x, -0x1, 1_000, 0b1, 1e, ., +, -., -.nan, .e1, 1.2.3, 10s]",
        "['0o18','0xg','0x','-0x1','1_000','0b1','1e','.','+','-.','-.nan','.e1','1.2.3','10s']")]
    [InlineData("[2001-12-14, 12:30, =, a:b, 'x']", "['2001-12-14','12:30','=','a:b','x']")]
    [InlineData("['1', \"true\", 'null', '']", "['1','true','null','']")]
    [InlineData("['it''s', \"a\\tb\\x41\\u00e9\\U0001F600\\/\"]", "['it's','a\tbAé😀/']")]
    [InlineData("[!!str 1, !!str true, !!str '', ! 5, !!int 5, !!float 5, !!bool true, !!null '', !<tag:yaml.org,2002:str> 7]",
        "['1','true','','5',5,5,true,null,'7']")]
    [InlineData("[!!seq [1], !!map {a: 1}]", "[[1],{a:1}]")]
    [InlineData("|\n  a\n   b\n\n", "'a\n b\n'")]
    [InlineData(">-\n  a\n  b\n\n  c\n", "'a b\nc'")]
    [InlineData("a: |+\n  x\n\nb: 1", "{a:'x\n\n',b:1}")]
    [InlineData("- a\n- - b\n  - c\n-\n  d: e\n- f: g\n  h: i", "['a',['b','c'],{d:'e'},{f:'g',h:'i'}]")]
    [InlineData("a:\n- 1\n- 2\nb:", "{a:[1,2],b:null}")]
    [InlineData("a: b\n  c\n# x\nd: 1 # y", "{a:'b c',d:1}")]
    [InlineData("{a: 1, 'b': [x y, {c: d}], e, \"f\":g}", "{a:1,b:['x y',{c:'d'}],e:null,f:'g'}")]
    [InlineData("[a: 1, b]", "[{a:1},'b']")]
    [InlineData("? a\n: b\n? c", "{a:'b',c:null}")]
    [InlineData("1: a\n0x10: b\n1.50: c\n1e21: d\ntrue: e\n~: f\n'': z\n.inf: g\n007: h\n'1.0': i", "{1:'a',16:'b',1.5:'c',1e+21:'d',true:'e',null:'f',:'z',Infinity:'g',7:'h',1.0:'i'}")]
    [InlineData("%YAML 1.2\n---\na: 1\n...\n", "{a:1}")]
    [InlineData("\uFEFFa: 1\r\nb: 2\rc: 3", "{a:1,b:2,c:3}")]
    [InlineData("{\"a\": [1, 2.5, \"x\", null, true]}", "{a:[1,2.5,'x',null,true]}")]
    [InlineData("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n*x : e", "!")]
    [InlineData("a: &x k\n*x : e", "{a:'k',k:'e'}")]
    [InlineData("&k a: 1\nb: *k", "{a:1,b:'a'}")]
    [InlineData("a: &x\nb: *x", "{a:null,b:null}")]
    [InlineData("- &a {x: 1, y: 2}\n- <<: *a\n  y: 3\n  z: 4\n- y: 5\n  <<: *a", "[{x:1,y:2},{x:1,y:3,z:4},{y:5,x:1}]")]
    [InlineData("- &a {x: 1, y: 2}\n- &b {y: 3, z: 4}\n- <<: [*a, *b, {w: 5}]\n- <<: *a\n  <<: *b", "[{x:1,y:2},{y:3,z:4},{x:1,y:2,z:4,w:5},{x:1,y:2,z:4}]")]
    [InlineData("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b, !!merge <<: *a}", "[{x:1},{x:1,y:2},{x:1,y:2}]")]
    [InlineData("'<<': 1\n<<: {a: 1}", "{<<:1,a:1}")]
    public void Value_IsRead_AsTheCoreSchemaSays(string text, string expected)
    {
        var (root, errors) = Read(text);
        if (expected == "!")
        {
            Assert.Single(errors);
            return;
        }

        Assert.Empty(errors.Select(error => error.ToString()));
        Assert.Equal(expected, DataReaderTests.Print(root!));
    }

    [Theory]
    [InlineData("", "f.yml:1:1: the file is empty")]
    [InlineData("# x\n\n", "f.yml:3:1: the file is empty")]
    [InlineData("a: 1\na: 2", "f.yml:2:1: a: \"a\" is given twice, first at line 1; keep one of the two")]
    [InlineData("1: a\n'1': b", "f.yml:2:1: 1: \"1\" is given twice")]
    [InlineData("<<: {a: 1}\na: 2\na: 3", "f.yml:3:1: a: \"a\" is given twice, first at line 2")]
    [InlineData("a: !x 1", "f.yml:1:4: a: the tag !x has no meaning here")]
    [InlineData("a: !!binary aGk=", "f.yml:1:4: a: the tag !!binary has no meaning here")]
    [InlineData("a: !!set {b}", "f.yml:1:4: a: the tag !!set")]
    [InlineData("a: !!int x", "f.yml:1:4: a: \"x\" is tagged !!int, but is not a number")]
    [InlineData("a: !!int 1.5", "is tagged !!int, but is not a whole number")]
    [InlineData("a: !!bool yes", "is tagged !!bool, but is not true or false")]
    [InlineData("a: !e!x 1", "f.yml:1:4: a: this tag cannot be read")]
    [InlineData("a: *b", "f.yml:1:4: a: there is no anchor &b above this *b")]
    [InlineData("a: &b {c: *b}", "f.yml:1:11: a.c: *b stands inside its own anchor &b")]
    [InlineData("<<: 5", "f.yml:1:1: [\"<<\"]: << takes an object or a list of objects, found the number 5")]
    [InlineData("<<: [{}, []]", "<< takes an object or a list of objects, found a list")]
    [InlineData("{a: 1}: b", "f.yml:1:1: an object cannot be the name of a field")]
    [InlineData("a: 1\n---\nb: 2", "f.yml:2:1: a second document begins here")]
    [InlineData("--- 1\n--- 2\n--- [", "f.yml:2:1: a second document begins here")]
    [InlineData("a: 1\0b", "f.yml:1:5: the character U+0000 cannot stand in YAML")]
    [InlineData("é: \u0085", "f.yml:1:4: the character U+0085")]
    [InlineData("# \u2028", "f.yml:1:3: the character U+2028")]
    [InlineData("a:\n\tb: 1", "f.yml:2:1: a: a tab stands before the text of this line")]
    [InlineData("a: 1\n \tb: 1", "f.yml:2:2: a: a tab stands before")]
    [InlineData("a: b: c", "f.yml:1:5: a: a second ':'")]
    [InlineData("😀: b: c", "f.yml:1:5: [\"😀\"]: a second ':'")]
    [InlineData("a: 1\n  b: 2", "f.yml:2:3: a: this line is indented more")]
    [InlineData("a:\n  b: 1\n c: 2", "f.yml:3:2: this line is not indented like the fields above it")]
    [InlineData("a:\n  - b\n - c", "f.yml:3:2: this line is not indented")]
    [InlineData("- a\nb: 1", "f.yml:2:1: this line is indented neither")]
    [InlineData("a: 'x\nb: 1", "f.yml:1:4: a: the text opened with ' at line 1 is never closed")]
    [InlineData("a: \"x\nb: 1\n---\n", "f.yml:1:4: a: the text opened with \" at line 1 is never closed")]
    [InlineData("a: \"ok \\\\ \\q\"", "f.yml:1:11: a: \\q is not an escape that YAML knows")]
    [InlineData("a: \"\\x4\"", "f.yml:1:5: a: \\x is not an escape")]
    [InlineData("a: \"\\ud800\"", "f.yml:1:5: a: \\u is not an escape")]
    [InlineData("a: \"\\U00110000\"", "f.yml:1:5: a: \\U is not an escape")]
    [InlineData("a: \"x\" y", "f.yml:1:8: 'y' cannot follow here")]
    [InlineData("\"a\" b", "f.yml:1:5: 'b' cannot follow here")]
    [InlineData("[a, b", "f.yml:1:1: the '[' opened here is never closed")]
    [InlineData("{a: [1, 2}", "f.yml:1:10: a: expected ',' or ']', found '}'; the '[' opened at line 1, column 5 is still open here")]
    [InlineData("a: [1, 2\nb: 3", "f.yml:1:4: a")]
    [InlineData("[,]", "f.yml:1:2: expected a value, found ','; remove the extra ','")]
    [InlineData("a: @x", "f.yml:1:4: a: a value cannot begin with '@'; put the whole value in quotes")]
    [InlineData("a: `x`", "f.yml:1:4: a: a value cannot begin with '`'")]
    [InlineData("a: %x", "f.yml:1:4: a: a value cannot begin with '%'")]
    [InlineData("a: - b", "f.yml:1:4: a: a list cannot begin here")]
    [InlineData("a: *", "f.yml:1:4: a: expected a name after '*'; a text that begins with * needs quotes")]
    [InlineData("a: 1\nb\nc: 2", "f.yml:2:1: expected ':' after this name")]
    [InlineData("%YAML 9.9\n---\na", "f.yml:1:1: this version of YAML is not known")]
    [InlineData("a: \"\\ud83d\\ude00\\ud83d\\u0041\"", "f.yml:1:17: a: this \\u escape is half of a surrogate pair")]
    [InlineData("a: \"\\ud83d\\ud001\"", "f.yml:1:5: a: this \\u escape is half of a surrogate pair")]
    [InlineData("...\na(\\u\n\\.+2\n$", "f.yml:1:1: ")]
    [InlineData("e:\n  :\n  A: b\n", "f.yml:2:4: e: expected a name before ':'")]
    [InlineData("{: a, : b}", "expected a name before ':'")]
    [InlineData("? \n: a", "expected a name before ':'")]
    [InlineData("a: |0\n x", "f.yml:1:4: a: this is not YAML")]
    public void Text_IsRefused_InPeoplesWords_AtItsPlace(string text, string part)
    {
        var (_, errors) = Read(text);
        Assert.Contains(part, Assert.Single(errors).ToString());
    }

    [Fact]
    public void Places_CountScalarValues_AndLinesEndInThreeWays()
    {
        var (root, _) = Read("- '😀é'\r\n- [😀, 1]\r- {a: 2}\n-   x");
        Assert.Equal(["1:3", "2:3", "3:3", "4:5"], root!.Items.Select(item => item.Position.ToString()));
        Assert.Equal("2:7", root.Items[1].Items[1].Position.ToString());
        Assert.Equal(("3:4", "3:7"), (root.Items[2].Members[0].KeyPosition.ToString(), root.Items[2].Members[0].Value.Position.ToString()));
    }

    [Fact]
    public void Depth_IsBounded_AlsoThroughAliases()
    {
        Assert.Empty(Read(new string('[', 64) + new string(']', 64)).Errors);
        Assert.Equal(65, Assert.Single(Read(new string('[', 65)).Errors).Position.Column);
        Assert.Single(Read(new string('[', 400_000)).Errors);
        Assert.Single(Read(string.Concat(Enumerable.Repeat("- ", 400_000))).Errors);
        var half = new string('[', 33) + new string(']', 33);
        Assert.Empty(Read($"- &a {half}\n- {new string('[', 30)}*a{new string(']', 30)}").Errors);
        Assert.Contains("more than 64", Assert.Single(Read($"- &a {half}\n- {new string('[', 31)}*a{new string(']', 31)}").Errors).Message);
    }

    [Fact]
    public void Aliases_CountWithAllTheyStandFor()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Equal("a4[7]", Assert.Single(Read(bomb.ToString()).Errors).Path);
        var text = new string('x', 10_000);
        Assert.Empty(Read($"- &a {text}\n" + string.Concat(Enumerable.Repeat("- *a\n", 100))).Errors);
        Assert.Contains("1 MiB of text", Assert.Single(Read($"- &a {text}\n" + string.Concat(Enumerable.Repeat("- *a\n", 110))).Errors).Message);
        Assert.Contains("100,000 values", Assert.Single(Read("[" + string.Concat(Enumerable.Repeat("1,", 100_001)) + "]").Errors).Message);
        Assert.Empty(Read("[" + string.Concat(Enumerable.Repeat("1,", 99_999)) + "]").Errors);
    }

    [Fact]
    public void LargeHostileFiles_AreReadInLinearTime()
    {
        string[] parts = ["{a: ", "[1, ", "'a' ", "a: ", "- ", "? ", "&a ", "*a ", "!x ", "# x\n", "a\n", "\"\\x\" ", "a: 1\n", " ", "\n", "%x\n", "|\n ", "--- ", "\t", "- a\n", ": ", "<<: {}\n", "a b, "];
        foreach (var part in parts)
        {
            foreach (var start in new[] { "", "[", "a: ", "a: |\n ", "\"" })
            {
                var text = new StringBuilder(start);
                while (text.Length < 200_000)
                {
                    text.Append(part);
                }

                var (root, errors) = Read(text.ToString());
                Assert.True(root is not null || errors.Count > 0);
            }
        }
    }

    [Fact]
    public void Ecosystem_IsTheSame_AsFromJson()
    {
        var yaml = Reading.Read("""
            x-defaults: &defaults
              autorestart: false
              env: &env { A: 1, B: two }
            apps:
              - <<: *defaults
                name: api
                script: server.js
                instances: max
                args: [--port, "80"]
                kill_timeout: 10s
              - <<: *defaults
                script: worker.py
                env: { <<: *env, B: 3 }
            """, file: "ecosystem.yml");
        Assert.Empty(yaml.Errors.Select(error => error.ToString()));
        var json = Reading.Accept("""
            {apps: [
              {name: 'api', script: 'server.js', instances: 'max', args: ['--port', '80'], kill_timeout: '10s', autorestart: false, env: {A: 1, B: 'two'}},
              {script: 'worker.py', autorestart: false, env: {A: 1, B: 3}},
            ]}
            """);
        Assert.Equal(json.Apps.Select(Print), yaml.Ecosystem!.Apps.Select(Print));
    }

    [Fact]
    public void Values_BecomeTheVariables_ThatJsYamlGivesToPm2()
    {
        var app = Reading.Read("{script: a.js, env: {HEX: 0x10, ON: yes, ZEROS: 007, BIG: 12345678901234567890, V: 1.10, T: True, J: [1, ~, .inf, {a: 0o10}]}}",
            file: "f.yaml").Ecosystem!.Apps[0];
        Assert.Equal(["HEX=16", "ON=yes", "ZEROS=7", "BIG=12345678901234567890", "V=1.1", "T=true", "J=[1,null,null,{\"a\":8}]"],
            app.Env.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    static string Print(AppSpec app)
        => $"{app.Name} {app.Command} {string.Join(' ', app.Env)} {app.Instances} {app.KillTimeout} {app.AutoRestart}";

    [Theory]
    [InlineData("script: a.js", true)]
    [InlineData("# x\n- script: a.js", true)]
    [InlineData("---\n{script: a.js}", true)]
    [InlineData("\"script\": a.js", true)]
    [InlineData("module: a", true)]
    [InlineData(" // x\n{script: 'a.js'}", false)]
    [InlineData("/* x */ [{script: 'a.js'}]", false)]
    [InlineData("module.exports = {}", false)]
    [InlineData("", false)]
    public void Content_DecidesTheFormat_WhereTheNameDoesNot(string text, bool isYaml)
    {
        var unnamed = Reading.Read(text, file: "-");
        var named = Reading.Read(text, file: isYaml ? "x.yml" : "x.json");
        Assert.Equal(named.Errors.Select(error => error.Message), unnamed.Errors.Select(error => error.Message));
    }

    static (DataNode? Root, List<ConfigError> Errors) Read(string text)
    {
        var errors = new List<ConfigError>();
        return (DataFile.Read(Encoding.UTF8.GetBytes(text), "f.yml", errors), errors);
    }
}
