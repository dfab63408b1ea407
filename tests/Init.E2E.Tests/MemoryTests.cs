// max_memory_restart measures the whole tree, not only the process that pminit knows.
using Init.E2E.Tests.Harness;
using Xunit.Abstractions;

namespace Init.E2E.Tests;

public sealed class MemoryTests(ITestOutputHelper output) : Pid1Test(output)
{
    [RequiresFact(Needs.Python)]
    public void TreeThatHoldsTooMuch_IsRestartedInTheOrderlyWay()
    {
        var pid1 = Start(new StartOptions
        {
            File = """
                { apps: [
                  { name: 'hog', script: 'sh -c "trap \'echo asked; kill $!; exit 0\' TERM; python3 -c \'import time; x = bytearray(90 << 20); time.sleep(1000)\' & wait"', max_memory_restart: '64M' },
                  { name: 'calm', script: 'sleep 1000', max_memory_restart: '64M' },
                ] }
                """,
        });

        var over = pid1.WaitEvent("worker_memory", "hog");

        Assert.Contains("more than max_memory_restart (64.0mb)", over.Message);
        pid1.WaitMessage("asked", "hog");
        pid1.WaitEvent("worker_started", "hog", 2);
        Assert.Single(pid1.Events("worker_started"), started => started.App == "calm");
        Assert.DoesNotContain(pid1.Events("worker_killed"), killed => killed.App == "hog");
    }
}
