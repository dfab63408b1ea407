namespace Init.Core.Supervision;

/// <summary>
/// What somebody asks of one instance while a reload has to do with it: a stop, a restart, its removal. It goes before what the reload would do. An instance that is stopped
/// stays so, whether its turn has come or not; a restart makes the new process, and what the reload has made until then is older and goes.
/// </summary>
public sealed partial class Supervisor
{
    const string Unwanted = "somebody stopped it meanwhile";

    /// <summary>It is to end, and nothing is to follow it.</summary>
    static bool IsUnwanted(Slot slot) => slot.IsLeaving || (slot.State.Goal == Goal.Down && !slot.StartsAgain);

    static bool IsOverruled(Replacement one) => one.IsOverruled || IsUnwanted(one.Slot);

    /// <summary>Told of every event of a slot that a reload has to do with.</summary>
    void Overrule(Slot slot, WorkerEvent e)
    {
        if (e is not (WorkerEvent.Stop or WorkerEvent.Retire or WorkerEvent.Restart))
        {
            return;
        }

        var rollout = _rollouts.Find(one => one.App == slot.Worker.App);
        var current = rollout?.Current.Find(one => one.Slot == slot);
        if (current is not null)
        {
            current.IsOverruled = true;
        }

        if (e is WorkerEvent.Restart || slot.StartsAgain)
        {
            return;
        }

        if (_toReload.Remove(slot) | (rollout?.Pending.Remove(slot) ?? false))
        {
            slot.ReloadProblem = Unwanted;
            slot.IsReplacing = current is not null;
        }
    }

    /// <summary>The second process of an instance that was overruled has gone.</summary>
    /// <returns>True when the reload has nothing more to do with the instance; false when its own new process is waited for.</returns>
    static bool EndsOverruled(Replacement one)
    {
        if (IsUnwanted(one.Slot))
        {
            one.Slot.ReloadProblem = Unwanted;
            return true;
        }

        one.Slot.ReloadProblem = null;
        one.Stage = ReplacementStage.Restarting;
        return false;
    }
}
