using System.Text;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Tests.Config;

/// <summary>Short ways to read ecosystem text in tests.</summary>
static class Reading
{
    public const string File = "ecosystem.json";

    public static ConfigResult Read(string text, int cpus = 4, string file = File) => Read(text, new ConfigContext { Cpus = cpus }, file);

    public static ConfigResult Read(string text, ConfigContext context, string file = File)
        => EcosystemReader.Read(Encoding.UTF8.GetBytes(text), file, context);

    /// <summary>The ecosystem of text that must be right.</summary>
    public static Ecosystem Accept(string text, int cpus = 4)
    {
        var result = Read(text, cpus);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result.Ecosystem!;
    }

    /// <summary>The only app of text that must be right; the text is the inside of the app object.</summary>
    public static AppSpec App(string fields, int cpus = 4) => Assert.Single(Accept("{apps: [{" + fields + "}]}", cpus).Apps);

    /// <summary>An app with a script and one more field.</summary>
    public static AppSpec AppWith(string field, int cpus = 4) => App("script: 'a.js', " + field, cpus);

    /// <summary>The only error of an app with a script and one more field, without the file name.</summary>
    public static ConfigError Refuse(string field)
    {
        var result = Read("{apps: [{script: 'a.js', " + field + "}]}");
        Assert.Null(result.Ecosystem);
        return Assert.Single(result.Errors);
    }
}
