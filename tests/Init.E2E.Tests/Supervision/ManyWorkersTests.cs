// A thousand workers in one container: all start, status names them all, one that dies is replaced, and the stop leaves nothing.
using System.Globalization;
using System.Text.Json;
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;
using static Init.E2E.Tests.Harness.EcosystemFile;

namespace Init.E2E.Tests;

public sealed class ManyWorkersTests(ITestOutputHelper output) : Pid1Test(output)
{
    const int Workers = 1000;

    /// <summary>The budget: what PID 1 itself needs, and 20 KB for each worker.</summary>
    const long MemoryLimitKb = 4096 + (20 * Workers);

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [RequiresFact]
    public void Thousand_Start_AreShown_AreReplaced_AndStop()
    {
        var pid1 = Start(App("many", "/bin/sleep", "1000000").With("instances", Workers), Worker("other", "print=ready"));
        pid1.WaitUntil("all are ready", () => pid1.Client("health").Code == 0, Patience);

        using (var list = JsonDocument.Parse(pid1.Client("jlist").Output))
        {
            Assert.Equal(Workers + 1, list.RootElement.GetArrayLength());
            Assert.Equal(Workers + 1, list.RootElement.EnumerateArray().Select(w => w.GetProperty("pid").GetInt32()).Where(pid => pid > 0).Distinct().Count());
        }

        Assert.InRange(Kilobytes(pid1, "VmRSS:"), 1, MemoryLimitKb);
        pid1.SignalInside(pid1.WaitEvent("worker_started", "other").Pid!.Value, Sys.Kill);
        pid1.WaitEvent("worker_started", "other", 2);

        pid1.Signal(Sys.Term);
        Assert.Equal(0, pid1.WaitExit(Patience));
        Assert.Equal(Workers, pid1.Events("worker_exited", "many").Count());
    }

    static long Kilobytes(Pid1 pid1, string field) => long.Parse(
        File.ReadLines($"/proc/{pid1.OuterPid}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
