// Every wait of these tests has a limit and a condition. The limits are generous: they catch what hangs, they measure nothing.
using System.Diagnostics;

namespace Init.E2E.Tests.Harness;

static class Limits
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(20);

    /// <summary>Asks again and again, for facts that nobody announces (a process table, a port).</summary>
    /// <returns>False when <paramref name="limit"/> passed first.</returns>
    public static bool Poll(Func<bool> condition, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > (limit ?? Default))
            {
                return false;
            }

            Thread.Sleep(2);
        }

        return true;
    }
}
