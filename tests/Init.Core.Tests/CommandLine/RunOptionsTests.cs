using Init.Core.CommandLine;
using Init.Core.Config;
using Init.Core.Tests.Config;

namespace Init.Core.Tests.CommandLine;

/// <summary>The option table.</summary>
public sealed class RunOptionsTests
{
    [Fact]
    public void Fields_AreThoseOfTheFieldTable()
    {
        var known = ConfigFields.AppFields.Select(field => field.Name).ToHashSet();
        Assert.Empty(RunOptions.All.Where(option => option.Field.Length > 0 && !known.Contains(option.Field)).Select(option => option.Name));
    }

    [Fact]
    public void Names_AreUnique()
    {
        var names = RunOptions.All.SelectMany(option => option.Aliases.Append(option.Name)).ToArray();
        Assert.Equal(names.Distinct(), names);
        var letters = RunOptions.All.Where(option => option.Short != 0).Select(option => option.Short).ToArray();
        Assert.Equal(letters.Distinct(), letters);
        Assert.DoesNotContain('h', letters);
    }

    [Fact]
    public void Help_IsOneSentenceOnOneLine() => Assert.All(RunOptions.All, option =>
    {
        Assert.EndsWith(".", option.Help, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", option.Help, StringComparison.Ordinal);
        Assert.Equal(option.TakesValue || option.Kind == OptionKind.OptionalNumber, option.ValueName.Length > 0);
    });

    /// <summary>Every option that sets a field reaches it: it is read, refused or warned about, by the option's own name.</summary>
    [Fact]
    public void Fields_AreReachedByEveryOption() => Assert.All(RunOptions.All.Where(option => option.Field.Length > 0), option =>
    {
        var line = new RunLine { Word = "a.js", Options = [new GivenOption(option, "\0")] };
        var result = EcosystemReader.ReadApp("a.js", line.Lay(new ConfigContext { Cpus = 1 }));

        var isFlag = option.Kind is OptionKind.Flag or OptionKind.Negation;
        var said = result.Errors.Concat(result.Warnings).Select(error => error.ToString()).ToArray();
        Assert.True(isFlag || said.Length > 0, option.Name);
        Assert.All(said, text => Assert.StartsWith(option.Spelling + ": ", text, StringComparison.Ordinal));
    });

    [Fact]
    public void Lay_SaysNothing_WithoutOptions()
    {
        var context = new RunLine { Word = "a.js" }.Lay(new ConfigContext { Cpus = 1 });
        Assert.Empty(context.Overrides);
        Assert.Empty(context.Only);
        Assert.Empty(Reading.Read("[{script: 'a'}, {script: 'b'}]", context).Errors);
    }
}
