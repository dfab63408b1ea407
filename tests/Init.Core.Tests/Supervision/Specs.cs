using Init.Core.Model;

namespace Init.Core.Tests.Supervision;

/// <summary>Apps for tests: defaults of the product unless a test says otherwise.</summary>
static class Specs
{
    public static readonly AppSpec Api = Named("api");

    public static AppSpec Named(string name, int instances = 1) => new()
    {
        Name = name,
        Command = new CommandSpec { Program = "/bin/app" },
        Instances = instances,
    };

    public static Ecosystem Of(params AppSpec[] apps) => new() { Apps = [.. apps] };

    public static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    public static Instant At(double ms) => new Instant(0) + Ms(ms);
}
