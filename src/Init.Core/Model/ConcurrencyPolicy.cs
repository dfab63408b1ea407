namespace Init.Core.Model;

/// <summary>What becomes of a run of a scheduled job that is due while one has not ended. The words are those of a Kubernetes CronJob.</summary>
public enum ConcurrencyPolicy
{
    /// <summary>It is skipped.</summary>
    Forbid,

    /// <summary>The running one is stopped, and the new one starts then.</summary>
    Replace,

    /// <summary>It takes a free instance: their number is how many runs may overlap. Each time that it is due one run begins, not one for each instance.</summary>
    Allow,
}
