using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Limits;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Cluster;

/// <summary>Sockets for each slot when descriptors are few. The limit is the process's, so no other test runs meanwhile.</summary>
[Collection(nameof(AloneCollection))]
public sealed unsafe class ShortageTests
{
    /// <summary>Ports are many then, and each of them has the same reason.</summary>
    [Fact]
    public void HalfOfTheDescriptorsInUse_MeansOneSocketForAll_AndOneWarning()
    {
        using var bench = new TableBench(Balance.PerWorker, 3);
        Libc.rlimit before;
        Assert.Equal(0, Libc.getrlimit(Libc.RLIMIT_NOFILE, &before));
        var first = Libc.fcntl(2, Libc.F_DUPFD_CLOEXEC, 3);
        Assert.Equal(0, Libc.close(first));
        var few = before with { rlim_cur = 2 * ((ulong)first + 2) }; // the third socket is too many
        Assert.Equal(0, Libc.setrlimit(Libc.RLIMIT_NOFILE, &few));
        try
        {
            var one = bench.Open();
            var two = bench.Open(key: "other");
            Assert.Equal(one.FdFor(0), one.FdFor(2));
            Assert.Equal(two.FdFor(0), two.FdFor(2));
            Assert.Contains($"the limit of open files is {OpenFileLimit.Soft};", Assert.Single(bench.Warnings));
        }
        finally
        {
            Assert.Equal(0, Libc.setrlimit(Libc.RLIMIT_NOFILE, &before));
        }

        var enough = bench.Open(key: "later"); // what was short once is not short for ever
        Assert.NotEqual(enough.FdFor(0), enough.FdFor(2));
    }
}
