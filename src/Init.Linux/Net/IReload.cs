using Init.Core.Supervision;

namespace Init.Linux.Net;

/// <summary>What came of reading the file again.</summary>
/// <param name="Change">What is applied; null when the file was refused and nothing changes.</param>
/// <param name="Problem">Why it was refused, a line per error; empty when it was not.</param>
public sealed record ReloadOutcome(EcosystemChange? Change, string Problem);

/// <summary>Reads the ecosystem file again, without blocking.</summary>
public interface IReload
{
    /// <summary>Begins, or joins the next reading.</summary>
    /// <param name="done">Told once, perhaps before this returns; null when nobody waits.</param>
    void Begin(Action<ReloadOutcome>? done);
}
