namespace Init.Core.Supervision;

/// <summary>What is to become of an app as a whole: its processes share sockets, which others keep open for them while they come and go.</summary>
public sealed partial class Supervisor
{
    /// <summary>
    /// A process of the app is to live, now or once something else has happened. Not so when all are stopping or have ended, and none is to follow them: what they
    /// share is of no use then, although they may live on for a while.
    /// </summary>
    public bool IsWanted(string app) => _slots.Exists(slot => slot.Worker.App == app
        && ((slot.State.Goal == Goal.Up && IsActive(slot.State.Phase)) || (slot.StartsAgain && !slot.IsLeaving && !_isShuttingDown)));

    /// <summary>All that runs of the app is up, and nothing of it starts, stops or waits: what none of them uses now, none will want soon.</summary>
    public bool IsSteady(string app)
    {
        var isUp = false;
        foreach (var slot in _slots)
        {
            if (slot.Worker.App == app && IsActive(slot.State.Phase))
            {
                isUp = slot.State is { Phase: Phase.Ready, Goal: Goal.Up };
                if (!isUp)
                {
                    break;
                }
            }
        }

        return isUp;
    }
}
