using Init.Core.Watch;

namespace Init.Core.Tests.Watch;

/// <summary>Which paths matter to an app in /app.</summary>
public sealed class PathFilterTests
{
    [Theory]
    [InlineData("/app/a.js", true)]
    [InlineData("/app/src/deep/er/a.js", true)]
    [InlineData("/app/.env", false)]
    [InlineData("/app/.git/HEAD", false)]
    [InlineData("/app/src/.a.js.swp", false)]
    [InlineData("/app/node_modules/x/index.js", false)]
    [InlineData("/app/packages/y/node_modules/x.js", false)]
    [InlineData("/app/pkg/__pycache__/a.pyc", false)]
    [InlineData("/app/a.js~", false)]
    [InlineData("/app/#a.js#", false)]
    [InlineData("/application/a.js", false)]
    [InlineData("/a.js", false)]
    public void WholeCwd(string path, bool expected) => Assert.Equal(expected, Filter(["."]).Wants(path));

    [Theory]
    [InlineData("*.log", "/app/logs/deep/a.log", false)]
    [InlineData("./*.log", "/app/logs/a.log", true)]
    [InlineData("./*.log", "/app/a.log", false)]
    [InlineData("logs", "/app/logs/a", false)]
    [InlineData("logs", "/app/x/logs/a", false)]
    [InlineData("logs/", "/app/logs/a", false)]
    [InlineData("logs/**", "/app/logs/a/b", false)]
    [InlineData("logs/*", "/app/logs/a", false)]
    [InlineData("/app/logs", "/app/logs/a", false)]
    [InlineData("src/gen", "/app/src/gen/a.js", false)]
    [InlineData("src/gen", "/app/x/src/gen/a.js", true)]
    [InlineData("**/gen/**", "/app/x/src/gen/a.js", false)]
    [InlineData("src/{a,b}", "/app/src/b/x", false)]
    [InlineData("../other", "/app/other", true)]
    [InlineData("!.env", "/app/.env", true)]
    [InlineData("!node_modules", "/app/node_modules/x/a.js", true)]
    [InlineData("!node_modules/mine", "/app/node_modules/mine/a.js", false)]
    [InlineData("app.pid", "/app/run/app.pid", false)]
    public void Ignored(string ignore, string path, bool expected) => Assert.Equal(expected, Filter(["."], ignore).Wants(path));

    [Fact]
    public void LastPatternThatFits_Decides()
    {
        Assert.True(Filter(["."], "*.log", "!keep.log").Wants("/app/keep.log"));
        Assert.False(Filter(["."], "!keep.log", "*.log").Wants("/app/keep.log"));
        Assert.False(new PathFilter(new WatchSpec { Paths = ["."], Ignore = ["!a.log"], IgnoreMore = ["*.log"] }, "/app").Wants("/app/a.log"));
        Assert.False(Filter(["src", "!src/gen"]).Wants("/app/src/gen/a.js"));
    }

    [Theory]
    [InlineData("src", "/app/src/a.js", true)]
    [InlineData("src", "/app/lib/a.js", false)]
    [InlineData("server.js", "/app/server.js", true)]
    [InlineData("../shared", "/shared/x/a.js", true)]
    [InlineData("/etc/app.conf", "/etc/app.conf", true)]
    [InlineData(".env", "/app/.env", true)]
    [InlineData("node_modules/mine", "/app/node_modules/mine/a.js", true)]
    [InlineData("node_modules/mine", "/app/node_modules/mine/node_modules/a.js", false)]
    [InlineData("src/**/*.js", "/app/src/a/b.js", true)]
    [InlineData("src/**/*.js", "/app/src/a/b.css", false)]
    [InlineData("*.{js,json}", "/app/a.json", true)]
    [InlineData("*.{js,json}", "/app/src/a.json", false)]
    [InlineData("{src,lib}", "/app/lib/a.js", true)]
    [InlineData(".env*", "/app/.env.local", true)]
    [InlineData("*", "/app/.env.local", false)]
    [InlineData(".config/**", "/app/.config/.x/y", true)]
    public void Watched(string watch, string path, bool expected) => Assert.Equal(expected, Filter([watch]).Wants(path));

    [Theory]
    [InlineData(".", "/app", true)]
    [InlineData(".", "/app/src", true)]
    [InlineData(".", "/app/node_modules", false)]
    [InlineData(".", "/app/.git", false)]
    [InlineData("*.js", "/app", true)]
    [InlineData("*.js", "/app/src", false)]
    [InlineData("src/**/*.js", "/app/src/x/y", true)]
    [InlineData("src/**/*.js", "/app/src/node_modules", false)]
    [InlineData("/", "/proc", false)]
    [InlineData("/", "/sys", false)]
    [InlineData("/", "/dev", false)]
    [InlineData("/", "/srv", true)]
    [InlineData("/proc/sys", "/proc/sys/kernel", true)]
    public void Entered(string watch, string folder, bool expected) => Assert.Equal(expected, Filter([watch]).Enters(folder));

    [Fact]
    public void HiddenFoldersAboveTheWatchedOne_DoNotMatter()
        => Assert.True(new PathFilter(new WatchSpec { Paths = ["."] }, "/home/me/.apps/node_modules/x").Wants("/home/me/.apps/node_modules/x/a.js"));

    [Theory]
    [InlineData(0, "/app/a.js", true)]
    [InlineData(0, "/app/src/a.js", false)]
    [InlineData(1, "/app/src/a.js", true)]
    [InlineData(1, "/app/src/x/a.js", false)]
    public void Depth(int depth, string path, bool expected)
    {
        var filter = new PathFilter(new WatchSpec { Paths = ["."], Depth = depth }, "/app");
        Assert.Equal(expected, filter.Wants(path));
        Assert.Equal(expected, filter.Enters(path[..path.LastIndexOf('/')]));
    }

    [Fact]
    public void Roots_AreNamedOnce()
        => Assert.Equal(["/app", "/app/src", "/etc/app.conf"], Filter([".", "*.js", "src", "src/**/*.ts", "/etc/app.conf", "!x"]).Roots);

    [Fact]
    public void Root_IsWantedItself()
    {
        Assert.True(Filter(["src"]).Wants("/app/src"));
        Assert.False(Filter(["src/*.js"]).Wants("/app/src"));
    }

    static PathFilter Filter(string[] watch, params string[] ignore) => new(new WatchSpec { Paths = [.. watch], Ignore = [.. ignore] }, "/app");
}
