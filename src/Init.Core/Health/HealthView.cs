using System.Collections.Immutable;

namespace Init.Core.Health;

/// <summary>What the probe paths tell about the whole. That pminit is live needs no field: it answers.</summary>
/// <param name="Ready">Every app that is meant to be up has its ready instances.</param>
/// <param name="ShuttingDown">An orderly stop runs: never ready again.</param>
/// <param name="Lines">One per worker; needed only where <see cref="HealthRequest.Verbose"/> asks for it.</param>
public sealed record HealthView(bool Ready, bool ShuttingDown, ImmutableArray<HealthLine> Lines)
{
    /// <param name="ready">Every app that is meant to be up has its ready instances.</param>
    /// <param name="shuttingDown">An orderly stop runs.</param>
    public HealthView(bool ready, bool shuttingDown) : this(ready, shuttingDown, [])
    {
    }

    /// <summary>What /readyz says in the end.</summary>
    public bool IsReady => Ready && !ShuttingDown;
}

/// <summary>One worker in a verbose answer: `[+]api/0 online`.</summary>
/// <param name="Ok">It does not stand in the way of readiness.</param>
/// <param name="Worker">"api/0".</param>
/// <param name="Status">pm2's word for its phase.</param>
public readonly record struct HealthLine(bool Ok, string Worker, string Status);
