using System.Text;
using System.Text.Json;
using Init.Core.Control;
using Init.Core.Model;
using Init.Core.Tests.Schedules;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Control;

/// <summary>`jlist` tells the schedule and when it is due.</summary>
public sealed class NextRunTests
{
    [Fact]
    public void Entry_HasPatternAndNextRun_OnlyWithASchedule()
    {
        var scheduled = Specs.Api with { Schedule = ScheduleTests.Of("0 3 * * *", "UTC") };
        Assert.Contains("""
            "cron_restart":"0 3 * * *","next_run":1780300800000}
            """.Trim(), Json(scheduled, 1780300800000));
        Assert.DoesNotContain("next_run", Json(Specs.Api, 0));
        Assert.DoesNotContain("cron_restart", Json(Specs.Api, 0));
    }

    static string Json(AppSpec spec, long next)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            StatusJson.Write(writer, new StatusEntry { PmId = 0, Worker = new WorkerId("api", 0), Status = "stopped", Spec = spec, NextRunUnixMs = next });
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
