using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// Decides when a process counts as ready. For now a process is ready as soon as its program runs, with one exception: after an
/// unexpected exit the successor must first stay up for `min_uptime`. Without that a crash loop without delay would show as ready
/// for most of the time, and a load balancer would believe it.
/// </summary>
public static class Readiness
{
    /// <summary>How long a process must stay up, from its spawn, before it counts as ready.</summary>
    /// <param name="state">The slot at the moment its program runs.</param>
    /// <param name="spec">Its app.</param>
    /// <returns>Zero when it is ready at once.</returns>
    public static TimeSpan ProvingTime(in WorkerState state, AppSpec spec) =>
        state.BackoffStep > 0 ? spec.MinUptime : TimeSpan.Zero;
}
