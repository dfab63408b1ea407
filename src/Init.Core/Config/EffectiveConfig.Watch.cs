using System.Text.Json;
using Init.Core.Watch;

namespace Init.Core.Config;

/// <summary>What is watched: nothing of it where nothing is.</summary>
public static partial class EffectiveConfig
{
    static void WriteWatch(Utf8JsonWriter json, WatchSpec watch)
    {
        if (!watch.IsOn)
        {
            return;
        }

        WriteList(json, "watch", watch.Paths);
        WriteList(json, "ignore_watch", watch.Ignore);
        WriteDuration(json, "watch_delay", watch.Delay);
        json.WriteStartObject("watch_options");
        json.WriteBoolean("usePolling", watch.UsesPolling);
        WriteDuration(json, "interval", watch.Interval);
        WriteList(json, "ignored", watch.IgnoreMore);
        json.WriteBoolean("followSymlinks", watch.FollowsLinks);
        if (watch.Depth is { } depth)
        {
            json.WriteNumber("depth", depth);
        }

        json.WriteEndObject();
    }
}
