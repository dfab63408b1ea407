using Init.Core.Schedules;

namespace Init.Loading;

/// <summary>Time zones from /usr/share/zoneinfo (or $TZDIR): small files of the image, like the programs and accounts that are looked up beside them.</summary>
static class Zones
{
    /// <summary>The zone of this name, or why there is none; never throws for what a name can be.</summary>
    public static ZoneLookup Find(string name)
    {
        try
        {
            return new ZoneLookup(TimeZoneInfo.FindSystemTimeZoneById(name));
        }
        catch (TimeZoneNotFoundException)
        {
            return new ZoneLookup(null, Directory.Exists(Folder)
                ? $"there is no such zone in {Folder}"
                : $"this image has no time zones: {Folder} is missing");
        }
        catch (Exception error) when (error is InvalidTimeZoneException or System.Security.SecurityException or IOException or UnauthorizedAccessException)
        {
            return new ZoneLookup(null, error.Message);
        }
    }

    static string Folder => Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } folder ? folder : "/usr/share/zoneinfo";
}
