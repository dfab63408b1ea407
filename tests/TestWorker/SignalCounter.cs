// Counts or echoes every signal it gets, read from a signalfd, one record per signal: nothing is merged that the kernel kept apart.
// Ends with code 0 on signal 64 (RTMAX), and in counting mode on TERM too, after it has printed the total.
namespace TestWorker;

static class SignalCounter
{
    const int AcknowledgeEvery = 500;

    public static int Run(int signalfd, bool echo)
    {
        long count = 0;
        Output.Line("counting");
        while (true)
        {
            var signal = Signals.Next(signalfd, -1);
            if (signal == Signals.Highest || (signal == Signals.Term && !echo))
            {
                Output.Line($"total {count}");
                return 0;
            }

            count++;
            if (echo)
            {
                Output.Line($"got {signal}");
            }
            else if (count % AcknowledgeEvery == 0)
            {
                Output.Line($"count {count}");
            }
        }
    }
}
