using System.Runtime.CompilerServices;
using Init.Core.Config;
using Init.Core.Config.Data;
using Init.Core.Schedules;
using Init.Core.Tests.Support;
using IoFile = System.IO.File;

namespace Init.Core.Tests.Config;

/// <summary>
/// Files in the shapes that people publish, each beside what it comes to: the effective configuration, or what is said of it.
/// PMINIT_UPDATE_GOLDEN=1 writes the answers; a new sample is a new file. Those in JavaScript need a runtime and are read by the tests
/// of Init.Linux, into the same kind of answer.
/// </summary>
public sealed class SampleTests
{
    const string Answer = ".expected";

    /// <summary>The same everywhere: 4 CPUs, 1 GiB, two files.</summary>
    static readonly ConfigContext Context = new()
    {
        Cpus = 4,
        MemoryLimitBytes = 1 << 30,
        FindZone = static name => new ZoneLookup(TimeZoneInfo.FindSystemTimeZoneById(name)),
        ReadFile = path => path switch
        {
            ".env" => new FileContent { Bytes = "# defaults\nLEVEL=debug\nexport REGION='eu west'\n"u8.ToArray() },
            "/run/secrets/db" => new FileContent { Bytes = "hunter2\n"u8.ToArray() },
            _ => new FileContent { IsMissing = true, Problem = "there is no such file" },
        },
    };

    public static TheoryData<string> Samples => [.. Directory.EnumerateFiles(Folder(), "*", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith(Answer, StringComparison.Ordinal) && FileFormats.Of(path) != FileFormat.Script)
        .Select(path => Path.GetRelativePath(Folder(), path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_ComesToWhatIsExpected(string name)
    {
        var bytes = IoFile.ReadAllBytes(Path.Combine(Folder(), name));
        var context = name.Contains("profiles") ? Context with { Profile = "production" } : Context;
        GoldenFile.CheckAt(Path.Combine(Folder(), name + Answer), SampleText.Of(EcosystemReader.Read(bytes, Path.GetFileName(name), context)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_IsAcceptedBySchema_WhenItIsByTheReader(string name)
    {
        var bytes = IoFile.ReadAllBytes(Path.Combine(Folder(), name));
        var errors = new List<ConfigError>();
        var node = DataFile.Read(bytes, name, errors);
        if (Path.GetFileName(name) == "package.json")
        {
            return; // npm's file: editors have its own schema
        }

        Assert.Empty(errors);
        var result = EcosystemReader.Read(bytes, name, Context);
        var isRead = result.Errors.All(error => error.Message.StartsWith("known, but not available", StringComparison.Ordinal));
        Assert.Equal(isRead, SchemaTests.Accepts(node!));
    }

    [Fact]
    public void Samples_AreManyAndOfEveryFormat()
    {
        var names = ((IEnumerable<object[]>)Samples).Select(row => (string)row[0]).ToList();
        Assert.InRange(names.Count, 40, int.MaxValue);
        Assert.InRange(names.Count(name => FileFormats.Of(name) == FileFormat.Yaml), 8, int.MaxValue);
    }

    static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Samples");
}
