using System.Text.Json;
using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>`pminit.memory_guard` in all its shapes.</summary>
public sealed class MemoryGuardFieldTests
{
    [Theory]
    [InlineData("null", "90% 30000")]
    [InlineData("true", "90% 30000")]
    [InlineData("'on'", "90% 30000")]
    [InlineData("{}", "90% 30000")]
    [InlineData("false", "off")]
    [InlineData("'off'", "off")]
    [InlineData("'false'", "off")]
    [InlineData("'85%'", "85% 30000")]
    [InlineData("' 99 % '", "99% 30000")]
    [InlineData("{at: '10%'}", "10% 30000")]
    [InlineData("{cooldown: '5m', at: null}", "90% 300000")]
    [InlineData("{at: '${PART:-75%}', cooldown: 0}", "75% 0")]
    public void Guard_IsRead(string written, string expected)
    {
        var text = "{apps: [{script: 'a'}], pminit: {memory_guard: " + written + "}}";
        var guard = Accept(text).Settings.MemoryGuard;
        Assert.Equal(expected, guard.Enabled ? $"{guard.AtPercent}% {guard.Cooldown.TotalMilliseconds}" : "off");
        Assert.True(SchemaTests.Accepts(text), "the schema refuses it");
    }

    [Theory]
    [InlineData("90", "expected true, false, a part of the memory limit from \"10%\" to \"99%\", or an object, found the number 90; write {\"at\": \"90%\", \"cooldown\": \"30s\"}")]
    [InlineData("'9%'", "found text \"9%\"")]
    [InlineData("'100%'", "found text \"100%\"")]
    [InlineData("'500M'", "found text \"500M\"")]
    [InlineData("[]", "pminit.memory_guard: expected true")]
    [InlineData("{at: 0.9}", "1:53: pminit.memory_guard.at: expected a part of the memory limit from \"10%\" to \"99%\", found the number 0.9")]
    [InlineData("{at: '-5%'}", "pminit.memory_guard.at")]
    [InlineData("{cooldown: '-5s'}", "pminit.memory_guard.cooldown: a duration cannot be negative")]
    [InlineData("{when: '90%'}", "pminit.memory_guard.when: unknown field; the guard has \"at\" and \"cooldown\"")]
    public void Nonsense_IsRefused(string written, string expected) => Assert.Contains(expected,
        Assert.Single(Read("{apps: [{script: 'a'}], pminit: {memory_guard: " + written + "}}").Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("true", null)]
    [InlineData("false", "false")]
    [InlineData("{cooldown: '1m'}", """{"at":"90%","cooldown":60000}""")]
    public void Print_ShowsWhatIsAskedFor(string written, string? expected)
    {
        using var printed = JsonDocument.Parse(EffectiveConfig.Write(Accept("{apps: [{script: 'a'}], pminit: {memory_guard: " + written + "}}")));
        var isShown = printed.RootElement.GetProperty("pminit").TryGetProperty("memory_guard", out var shown);
        Assert.Equal(expected, isShown ? JsonSerializer.Serialize(shown) : null);
    }

    [Theory]
    [InlineData("80%", 80)]
    [InlineData("on", 90)]
    [InlineData("OFF", null)]
    [InlineData("", null)]
    [InlineData("%", null)]
    public void Variable_TakesTheShortForms(string text, int? at) => Assert.Equal(at, MemoryGuardSettings.Parse(text)?.AtPercent);
}
