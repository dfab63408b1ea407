namespace Init.Core.Schedules;

/// <summary>A time zone by its name, or why there is none.</summary>
/// <param name="Zone">Null when it was not found.</param>
/// <param name="Problem">Why, for people; empty when it was found.</param>
public sealed record ZoneLookup(TimeZoneInfo? Zone, string Problem = "");
