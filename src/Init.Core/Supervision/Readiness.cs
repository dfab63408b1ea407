using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// How long a process must have been up before it counts as ready. After an unexpected exit that is `min_uptime` at least: without it a
/// crash loop without delay would show as ready for most of the time, and a load balancer would believe it. One that says itself that it
/// is ready is believed at once, unless a process before it died young.
/// </summary>
public static class Readiness
{
    /// <summary>How long a process must stay up, from its spawn, before it counts as ready.</summary>
    /// <param name="state">The slot at the moment its program runs.</param>
    /// <param name="spec">Its app.</param>
    /// <returns>Zero when time does not matter.</returns>
    public static TimeSpan ProvingTime(in WorkerState state, AppSpec spec)
    {
        var asked = spec.ReadyWhen.Kind == ReadyKind.Uptime ? spec.ReadyWhen.Time ?? spec.MinUptime : TimeSpan.Zero;
        var isDoubted = spec.ReadyWhen.IsSaid ? state.UnstableExits > 0 : state.BackoffStep > 0;
        return isDoubted && spec.MinUptime > asked ? spec.MinUptime : asked;
    }
}
