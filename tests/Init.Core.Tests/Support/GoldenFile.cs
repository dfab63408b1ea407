using System.Runtime.CompilerServices;

namespace Init.Core.Tests.Support;

/// <summary>Compares text with a reviewed file beside the test; PMINIT_UPDATE_GOLDEN=1 rewrites it instead.</summary>
static class GoldenFile
{
    public static void Check(string name, string actual, [CallerFilePath] string testFile = "")
        => CheckAt(Path.Combine(Path.GetDirectoryName(testFile)!, name), actual);

    public static void CheckAt(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("PMINIT_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.ReadAllText(path).Split('\n');
        var lines = actual.Split('\n');
        for (var i = 0; i < Math.Max(expected.Length, lines.Length); i++)
        {
            var want = i < expected.Length ? expected[i] : "(no line)";
            var have = i < lines.Length ? lines[i] : "(no line)";
            Assert.True(want == have, $"{path}:{i + 1}\nexpected: {want}\nactual:   {have}\nPMINIT_UPDATE_GOLDEN=1 rewrites the file.");
        }
    }
}
