namespace Init.Linux.Tests.Support;

/// <summary>How many descriptors the test process has, without those of the runtime: it keeps two for each library, and loads one when it is first needed.</summary>
static class OwnDescriptors
{
    public static int Count()
    {
        var count = 0;
        foreach (var path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            var target = new FileInfo(path).LinkTarget; // null: it was that of the listing itself
            count += target is null || target.EndsWith(".dll", StringComparison.Ordinal) ? 0 : 1;
        }

        return count;
    }
}
