using System.Text;
using Init.Core.Supervision;

namespace Init.Core.Tests.Supervision;

/// <summary>Datagrams of sd_notify(3): good ones, and whatever else a worker may send.</summary>
public class NotifyMessageTests
{
    static string Read(string text) => Read(Encoding.UTF8.GetBytes(text), out _);

    static string Read(byte[] bytes, out int mainPid)
    {
        var events = new List<WorkerEvent>();
        NotifyMessage.Read(bytes, 7, events, out mainPid);
        return string.Join(" | ", events.Select(e => e switch
        {
            WorkerEvent.ReadyReceived => "ready",
            WorkerEvent.StoppingItself => "stopping",
            WorkerEvent.Described d => $"status {d.Text}",
            WorkerEvent.ReloadingItself => "reloading",
            WorkerEvent.WatchdogFed => "fed",
            WorkerEvent.WatchdogTriggered => "triggered",
            WorkerEvent.WatchdogSet s => $"every {s.Time.TotalMilliseconds}",
            WorkerEvent.Extended x => $"more {x.Time.TotalMilliseconds}",
            _ => throw new InvalidDataException(e.ToString()),
        }));
    }

    [Theory]
    [InlineData("READY=1", "ready")]
    [InlineData("READY=1\n", "ready")]
    [InlineData("STATUS=Loading 3 of 5\nREADY=1\nMAINPID=1", "status Loading 3 of 5 | ready")]
    [InlineData("STOPPING=1", "stopping")]
    [InlineData("RELOADING=1\nMONOTONIC_USEC=5", "reloading")]
    [InlineData("WATCHDOG=1", "fed")]
    [InlineData("WATCHDOG=trigger", "triggered")]
    [InlineData("WATCHDOG_USEC=20000000", "every 20000")]
    [InlineData("WATCHDOG_USEC=0", "every 0")]
    [InlineData("EXTEND_TIMEOUT_USEC=5000000", "more 5000")]
    [InlineData("STATUS=", "status ")]
    [InlineData("STATUS=a=b", "status a=b")]
    [InlineData("FDSTORE=1\nX_OWN=2\nBARRIER=1", "")]
    [InlineData("READY=0", "")]
    [InlineData("READY", "")]
    [InlineData("=1", "")]
    [InlineData("ready=1", "")]
    [InlineData("WATCHDOG_USEC=-1", "")]
    [InlineData("WATCHDOG_USEC=99999999999999999999", "")]
    [InlineData("EXTEND_TIMEOUT_USEC=5s", "")]
    [InlineData("", "")]
    public void Message_IsRead(string text, string expected) => Assert.Equal(expected, Read(text));

    [Fact]
    public void MainPid_IsTold()
    {
        Read("MAINPID=123\nREADY=1"u8.ToArray(), out var pid);
        Assert.Equal(123, pid);
    }

    [Theory]
    [InlineData("MAINPID=-5")]
    [InlineData("MAINPID=x")]
    [InlineData("MAINPID=99999999999")]
    public void MainPid_IsNone_WhenItIsNoPid(string text)
    {
        Read(Encoding.UTF8.GetBytes(text), out var pid);
        Assert.True(pid <= 0);
    }

    [Fact]
    public void Status_IsCutAndCleaned()
    {
        var status = Read("STATUS=a\u001b[31mb\tc" + new string('x', 500));
        Assert.StartsWith("status a [31mb cxxx", status, StringComparison.Ordinal);
        Assert.Equal("status ".Length + 200, status.Length);
    }

    [Fact]
    public void AnyBytes_DoNoHarm()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(120)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(4) == 0 ? "READYWATCHDOG_USEC=1\n0-"u8[random.Next(23)] : bytes[i];
            }

            Read(bytes, out _);
        }
    }
}
