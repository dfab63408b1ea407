using Init.Core.Control;
using Init.Core.Supervision;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Control;

/// <summary>The words that name workers.</summary>
public sealed class SelectorTests
{
    static string Find(string words)
    {
        var supervisor = new Supervisor(Specs.Of(Specs.Named("api", 2), Specs.Named("7"), Specs.Named("db")));
        var found = Selector.Find(words.Replace(' ', Selector.Separator), supervisor.Snapshot().Workers, out var problem);
        return problem ?? string.Join(" ", found.Select(w => w.Worker));
    }

    [Theory]
    [InlineData("all", "api/0 api/1 7/0 db/0")]
    [InlineData("api", "api/0 api/1")]
    [InlineData("api/1", "api/1")]
    [InlineData("3", "db/0")]
    [InlineData("7", "7/0")]
    [InlineData("db api/0 api", "db/0 api/0 api/1")]
    [InlineData("all db", "api/0 api/1 7/0 db/0")]
    public void Words_MeanWorkers(string words, string expected) => Assert.Equal(expected, Find(words));

    [Theory]
    [InlineData("apo")]
    [InlineData("api/2")]
    [InlineData("api oops")]
    [InlineData("9")]
    [InlineData("-1")]
    [InlineData("")]
    public void UnknownWord_IsSaid_WithWhatThereIs(string words) => Assert.EndsWith("there are api, 7, db", Find(words));
}
