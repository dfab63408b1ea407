namespace Init.Core.Supervision;

/// <summary>pm2's words for phases, for people and tools that know them. The code itself speaks of <see cref="Phase"/> only.</summary>
public static class StatusWords
{
    /// <summary>pm2's status word, as in the `status` column of `ls` and in `pm2_env.status` of `jlist`.</summary>
    public static string Of(Phase phase) => phase switch
    {
        Phase.Down => "stopped",
        Phase.Starting => "launching",
        Phase.Ready => "online",
        Phase.Draining => "stopping",
        Phase.Killing => "stopping",
        Phase.Waiting => "waiting restart",
        Phase.Failed => "errored",
        Phase.Held => "launching",
    };
}
