using System.Runtime.CompilerServices;
using System.Text;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>
/// What people read when their file is wrong. The golden file holds each file and its errors, so that a change of words is a readable
/// diff. To add a case: write `=== title` (or `=== title | file name`) and the file, then run once with PMINIT_UPDATE_GOLDEN=1.
/// </summary>
public sealed class BrokenFilesTests
{
    const string Heading = "=== ";
    const string Answer = "--- says";

    [Fact]
    public void BrokenFiles_SayWhatTheGoldenFileSays()
    {
        var path = Path.Combine(Folder(), "broken-files.golden.txt");
        var golden = System.IO.File.ReadAllText(path);
        var actual = new StringBuilder();
        var count = 0;
        foreach (var section in golden.Split(Heading, StringSplitOptions.RemoveEmptyEntries))
        {
            var titleEnd = section.IndexOf('\n');
            var title = section[..titleEnd];
            var answer = section.IndexOf(Answer, StringComparison.Ordinal);
            var text = (answer < 0 ? section[titleEnd..] : section[titleEnd..answer]).Trim('\n');
            var name = title.Split(" | ") is [_, var given] ? given : Reading.File;
            actual.Append(Heading).Append(title).Append('\n').Append(text).Append('\n').Append(Answer).Append('\n');
            var result = Read(text, file: name);
            foreach (var error in result.Errors)
            {
                actual.Append(error).Append('\n');
            }

            foreach (var warning in result.Warnings)
            {
                actual.Append("(warning) ").Append(warning).Append('\n');
            }

            actual.Append('\n');
            count += result.Ecosystem is null ? 1 : 0;
        }

        if (Environment.GetEnvironmentVariable("PMINIT_UPDATE_GOLDEN") == "1")
        {
            System.IO.File.WriteAllText(path, actual.ToString());
        }

        Assert.Equal(golden, actual.ToString());
        Assert.InRange(count, 60, int.MaxValue);
    }

    static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
