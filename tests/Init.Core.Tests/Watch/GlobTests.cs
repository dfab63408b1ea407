using System.Diagnostics;
using Init.Core.Tests.Supervision;
using Init.Core.Watch;

namespace Init.Core.Tests.Watch;

/// <summary>Path patterns: what they match, what they stand for, and that none of them takes long.</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", ".log", true)]
    [InlineData("*.log", "a.log.gz", false)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "a__b__b__c", true)]
    [InlineData("a*b*c", "a__c__b", false)]
    [InlineData("?", "", false)]
    [InlineData("?.js", "a.js", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[^a-c]x", "ax", false)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[", "[", true)]
    [InlineData("[x", "[x", true)]
    [InlineData("[]", "[]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\[id\\].js", "[id].js", true)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("Größe*", "Größe.txt", true)]
    public void Name_IsMatched(string pattern, string name, bool expected) => Assert.Equal(expected, Glob.MatchesName(pattern, name));

    [Theory]
    [InlineData("src", "/app/src", true)]
    [InlineData("./src/", "/app/src", true)]
    [InlineData("../lib/*", "/lib/x", true)]
    [InlineData("/etc/*.conf", "/etc/a.conf", true)]
    [InlineData("src", "/app/src/x", false)]
    [InlineData("**/*.js", "/app/a.js", true)]
    [InlineData("**/*.js", "/app/a/b/c.js", true)]
    [InlineData("**/*.js", "/else/c.js", false)]
    [InlineData("src/**", "/app/src", true)]
    [InlineData("src/**", "/app/src/a/b", true)]
    [InlineData("src/**/test/*.js", "/app/src/test/x.js", true)]
    [InlineData("src/**/test/*.js", "/app/src/a/test/test/x.js", true)]
    [InlineData("src/**/test/*.js", "/app/src/a/test/b/x.js", false)]
    [InlineData("src/*/x", "/app/src/a/b/x", false)]
    [InlineData("a**b", "/app/axxb", true)]
    [InlineData("a**b", "/app/a/b", false)]
    public void Path_IsMatched(string pattern, string path, bool expected)
        => Assert.Equal(expected, Glob.Of(pattern, "/app").Matches(Split(path), Split(path).Length));

    [Theory]
    [InlineData("src/*.js", "/app", true)]
    [InlineData("src/*.js", "/app/src", true)]
    [InlineData("src/*.js", "/app/src/a", false)]
    [InlineData("src/*.js", "/app/lib", false)]
    [InlineData("src/**/*.js", "/app/src/a/b", true)]
    [InlineData("*/x", "/app/a", true)]
    public void Folder_IsEntered_WhenSomethingInItCouldMatch(string pattern, string folder, bool expected)
        => Assert.Equal(expected, Glob.Of(pattern, "/app").MayMatchBelow(Split(folder)));

    [Theory]
    [InlineData("src/*.js", "/app/src", false)]
    [InlineData("src", "/app/src", true)]
    [InlineData("*.js", "/app", false)]
    [InlineData("/**", "/", false)]
    [InlineData("pages/\\[id\\]", "/app/pages/[id]", true)]
    public void Base_IsWhatComesBeforeThePattern(string pattern, string expected, bool isWhole)
    {
        Assert.Equal(expected, Glob.Of(pattern, "/app").Base(out var whole));
        Assert.Equal(isWhole, whole);
    }

    [Fact]
    public void CharactersOfTheFolder_MeanThemselves()
    {
        var glob = Glob.Of("*.js", "/app/[id]/a*b");
        Assert.Equal("/app/[id]/a*b", glob.Base(out _));
        Assert.True(glob.Matches(["app", "[id]", "a*b", "x.js"], 4));
        Assert.False(glob.Matches(["app", "i", "axb", "x.js"], 4));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("{a,b}", "a b")]
    [InlineData("x{a,b}y{c,d}", "xayc xayd xbyc xbyd")]
    [InlineData("{a,{b,c}d}", "a bd cd")]
    [InlineData("{a}", "{a}")]
    [InlineData("{a{b,c}}", "{ab} {ac}")]
    [InlineData("{a,b", "{a,b")]
    [InlineData("a,b}", "a,b}")]
    [InlineData("{,x}y", "y xy")]
    [InlineData("\\{a,b}", "\\{a,b}")]
    [InlineData("src/{a,b/c}/*.js", "src/a/*.js src/b/c/*.js")]
    public void Braces_AreSpelledOut(string text, string expected) => Assert.Equal(expected, string.Join(' ', Glob.Expand(text)!));

    [Fact]
    public void Braces_AreBounded()
    {
        Assert.Equal(64, Glob.Expand(string.Concat(Enumerable.Repeat("{a,b}", 6)))!.Count);
        Assert.Null(Glob.Expand(string.Concat(Enumerable.Repeat("{a,b}", 1000))));
        Assert.NotNull(Glob.Expand(new string('{', 100_000)[..2000]));
    }

    /// <summary>Against a plain recursive matcher, on texts short enough for it.</summary>
    [Fact]
    public void AnyPattern_AgreesWithTheDefinition()
    {
        var (hits, random) = (0, new Lcg(7));
        for (var i = 0; i < 200_000; i++)
        {
            var pattern = Any(random, "ab*?/", 7);
            var path = Any(random, "ab/", 7);
            var glob = Glob.Of(pattern, "/");
            var expected = Defined(Split(pattern), Split(path), DefinedName);
            Assert.True(expected == glob.Matches(Split(path), Split(path).Length), $"{pattern} and {path}: {expected}");
            Assert.True(!expected || Split(path).Length == 0 || glob.MayMatchBelow(Split(path)[..^1]), $"{pattern} is not looked for where {path} is");
            hits += expected ? 1 : 0;
        }

        Assert.InRange(hits, 5000, 195_000);
    }

    [Fact]
    public void AnyText_IsAPattern_WithoutAnException()
    {
        var random = new Lcg(11);
        for (var i = 0; i < 100_000; i++)
        {
            foreach (var one in Glob.Expand(Any(random, "a*?[]!^-{},\\/.", 12)) ?? [])
            {
                var glob = Glob.Of(one, random.Below(2) == 0 ? "/app" : "");
                _ = glob.Base(out _);
                _ = glob.Matches(Split(Any(random, "a[]!-{}.\\/", 10)), 0);
                _ = glob.MayMatchBelow(Split(Any(random, "a[]!-{}.\\/", 10)));
            }
        }
    }

    [Fact]
    public void NoPattern_TakesLong()
    {
        var clock = Stopwatch.StartNew();
        Assert.False(Glob.MatchesName(string.Concat(Enumerable.Repeat("a*", 200)) + "b", new string('a', 5000)));
        var deep = Split(string.Concat(Enumerable.Repeat("/a", 2000)));
        Assert.False(Glob.Of(string.Concat(Enumerable.Repeat("**/a/", 100)) + "b", "/").Matches(deep, deep.Length));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    static string Any(Lcg random, string alphabet, int most)
    {
        var text = new char[random.Below(most + 1)];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = alphabet[random.Below(alphabet.Length)];
        }

        return new string(text);
    }

    static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    static bool Defined(string[] pattern, string[] path, Func<string, string, bool> name)
        => pattern.Length == 0 ? path.Length == 0
            : pattern[0] == "**" ? Defined(pattern[1..], path, name) || (path.Length > 0 && Defined(pattern, path[1..], name))
            : path.Length > 0 && name(pattern[0], path[0]) && Defined(pattern[1..], path[1..], name);

    static bool DefinedName(string pattern, string name)
        => pattern.Length == 0 ? name.Length == 0
            : pattern[0] == '*' ? DefinedName(pattern[1..], name) || (name.Length > 0 && DefinedName(pattern, name[1..]))
            : name.Length > 0 && (pattern[0] == '?' || pattern[0] == name[0]) && DefinedName(pattern[1..], name[1..]);
}
