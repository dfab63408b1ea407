using System.Text.Json;
using Init.Core.Config;
using Init.Core.Supervision;
using Init.Core.Watch;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`watch` and what belongs to it.</summary>
public sealed class WatchFieldTests
{
    [Theory]
    [InlineData("watch: true", ".")]
    [InlineData("watch: 'true'", ".")]
    [InlineData("watch: false", "")]
    [InlineData("watch: 'false'", "")]
    [InlineData("watch: null", "")]
    [InlineData("watch: []", "")]
    [InlineData("watch: 'src'", "src")]
    [InlineData("watch: 'my folder'", "my folder")]
    [InlineData("watch: ['src', 'config/*.json', '!src/gen']", "src config/*.json !src/gen")]
    [InlineData("ignore_watch: ['x']", "")]
    public void Paths_AreRead(string field, string expected)
    {
        var watch = AppWith(field).Watch;
        Assert.Equal(expected, string.Join(' ', watch.Paths));
        Assert.Equal(expected.Length > 0, watch.IsOn);
    }

    [Theory]
    [InlineData("ignore_watch: ['node_modules', '*.log']", "node_modules *.log")]
    [InlineData("ignoreWatch: 'node_modules logs'", "node_modules logs")]
    [InlineData("ignore_watch: '\"my logs\" tmp'", "my logs tmp")]
    [InlineData("ignore_watch: []", "")]
    [InlineData("ignore_watch: ['app/(group)', '+page', '.*', 'a.b', '\\\\[id]']", "app/(group) +page .* a.b \\[id]")]
    public void Patterns_AreRead(string field, string expected) => Assert.Equal(expected, string.Join(' ', AppWith(field).Watch.Ignore));

    [Fact]
    public void Rest_IsRead()
    {
        var watch = AppWith("watch: true, watch_delay: '1s', watch_options: {usePolling: true, interval: 5, ignored: 'x', followSymlinks: false, depth: 3}").Watch;
        var expected = new WatchSpec
        {
            Paths = ["."],
            Delay = TimeSpan.FromSeconds(1),
            UsesPolling = true,
            Interval = TimeSpan.FromMilliseconds(10),
            IgnoreMore = ["x"],
            FollowsLinks = false,
            Depth = 3,
        };
        Assert.True(expected.IsSameAs(watch));
        Assert.Equal(expected.Delay, watch.Delay);
        Assert.Equal((TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), true), (WatchSpec.None.Delay, WatchSpec.None.Interval, WatchSpec.None.FollowsLinks));
        Assert.Equal(1000, AppWith("watchDelay: 1000").Watch.Delay.TotalMilliseconds);
    }

    [Theory]
    [InlineData("watch: 5", "apps[0].watch: expected true, false, a path, or a list of paths, found the number 5")]
    [InlineData("watch: {}", "found an object")]
    [InlineData("watch: ['']", "apps[0].watch[0]: the text is empty")]
    [InlineData("watch: [1]", "apps[0].watch[0]: expected text, found the number 1")]
    [InlineData("ignore_watch: true", "apps[0].ignore_watch: expected a list of patterns, or one text, found true")]
    [InlineData("ignore_watch: ['a', '[\\\\/]\\\\.|node_modules']", "apps[0].ignore_watch[1]: \"[\\/]\\.|node_modules\" is a regular expression; patterns are globs: ")]
    [InlineData("ignore_watch: '^logs'", "is a regular expression")]
    [InlineData("ignore_watch: ['!(src)']", "is a regular expression")]
    [InlineData("ignore_watch: 'a|b'", "is a regular expression")]
    [InlineData("ignore_watch: '\\\\w+'", "is a regular expression")]
    [InlineData("watch_delay: '5 days'", "apps[0].watch_delay")]
    [InlineData("watch_options: true", "apps[0].watch_options: expected an object, found true")]
    [InlineData("watch_options: {usePolling: 1}", "apps[0].watch_options.usePolling")]
    [InlineData("watch_options: {use_polling: true}", "did you mean \"usePolling\"?")]
    [InlineData("watch_options: {depth: -1}", "apps[0].watch_options.depth")]
    [InlineData("watch_options: {cwd: 'x'}", "known, but not available in this version; remove it: paths start from the app's \"cwd\"")]
    [InlineData("watch: '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'", "stands for more than 64 patterns")]
    public void Mistake_IsRefused_WithItsPlace(string field, string part) => Assert.Contains(part, Refuse(field).ToString());

    [Theory]
    [InlineData("ignoreInitial: false", true)]
    [InlineData("ignoreInitial: true", false)]
    [InlineData("awaitWriteFinish: {stabilityThreshold: 2000}", true)]
    [InlineData("awaitWriteFinish: true", true)]
    [InlineData("awaitWriteFinish: false", false)]
    [InlineData("persistent: true", false)]
    [InlineData("atomic: 100", true)]
    [InlineData("disableGlobbing: true", true)]
    [InlineData("binaryInterval: 300", true)]
    public void OptionWithoutEffect_IsAWarning(string option, bool isWarned)
    {
        var result = Read("{apps: [{script: 'a.js', watch: true, watch_options: {" + option + "}}]}");
        Assert.Empty(result.Errors);
        Assert.Equal(isWarned ? ["has no effect"] : [], result.Warnings.Select(warning => warning.Message));
    }

    /// <summary>It stands in pm2's own documentation.</summary>
    [Fact]
    public void RegularExpression_IsLeftOut_ByPm2sName()
    {
        var result = Read("{apps: [{script: 'a.js', watch: true, ignore_watch: ['[\\\\/\\\\\\\\]\\\\./', 'logs']}]}", new ConfigContext { Cpus = 1, IsPm2 = true });
        Assert.Equal("logs", Assert.Single(result.Ecosystem!.Apps[0].Watch.Ignore));
        Assert.Contains("is a regular expression, and left out; patterns are globs", Assert.Single(result.Warnings).ToString());
    }

    [Fact]
    public void Change_NeedsNoRestart()
    {
        var (old, now) = (Accept("{apps: [{script: 'a.js'}]}"), Accept("{apps: [{script: 'a.js', watch: true, ignore_watch: 'x'}]}"));
        Assert.Equal("a: adjusted (watch, ignore_watch, watch_delay, watch_options)", EcosystemChange.Between(old, now).ToString());
        Assert.True(EcosystemChange.Between(now, Accept("{apps: [{script: 'a.js', watch: '.', ignore_watch: ['x'], watch_delay: 200}]}")).IsEmpty);
    }

    [Fact]
    public void Print_ShowsWhatIsWatched_AndNothingElse()
    {
        var text = EffectiveConfig.Write(Accept("{apps: [{script: 'a.js', watch: ['src'], watch_options: {depth: 1}}, {script: 'b.js', ignore_watch: 'x'}]}"));
        using var json = JsonDocument.Parse(text);
        var apps = json.RootElement.GetProperty("apps");
        Assert.Equal("""{"usePolling":false,"interval":1000,"followSymlinks":true,"depth":1}""",
            JsonSerializer.Serialize(apps[0].GetProperty("watch_options")));
        Assert.False(apps[1].TryGetProperty("ignore_watch", out _));
    }
}
