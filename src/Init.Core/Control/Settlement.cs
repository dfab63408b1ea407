using System.Globalization;
using System.Text;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Core.Control;

/// <summary>What a verb wants of a worker.</summary>
public enum Wanted
{
    /// <summary>No process.</summary>
    Down,

    /// <summary>Ready.</summary>
    Up,

    /// <summary>Ready with another process than now.</summary>
    Fresh,

    /// <summary>Replaced by a reload.</summary>
    Reloaded,

    /// <summary>No slot.</summary>
    Gone,
}

/// <summary>What came of a verb.</summary>
/// <param name="Code">Exit code: 0, or 1 when something of it did not come to be.</param>
/// <param name="Text">A line per worker, or one sentence.</param>
public sealed record VerbOutcome(int Code, string Text);

/// <summary>
/// Decides when what a verb asked for has come to be, or will not. A first crash after a restart is an answer: the caller learns it, and the supervisor
/// goes on trying. Somebody else's word in between is one too.
/// </summary>
public sealed class Settlement
{
    readonly List<Item> _items = [];

    /// <summary>True when nothing is waited for.</summary>
    public bool IsEmpty => _items.Count == 0;

    /// <summary>Waits for one more worker.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="wanted">What it is to become.</param>
    /// <param name="incarnation">Its process now; matters for <see cref="Wanted.Fresh"/>.</param>
    public void Add(WorkerId worker, Wanted wanted, int incarnation) => _items.Add(new Item(worker, wanted, incarnation));

    /// <summary>Waits for every reload that is to bring settings of the file.</summary>
    /// <param name="snapshot">The workers now, with the new file applied.</param>
    public void AddReloads(StatusSnapshot snapshot)
    {
        foreach (var worker in snapshot.Workers)
        {
            if (worker is { IsReplacing: true, IsBehind: true, IsBeside: false })
            {
                Add(worker.Worker, Wanted.Reloaded, worker.State.Incarnation);
            }
        }
    }

    /// <summary>Looks whether all have settled.</summary>
    /// <param name="snapshot">The workers now, with every event so far decided.</param>
    /// <param name="progress">Told of each that has settled since the last look; null: nobody is.</param>
    /// <returns>Null while something is still under way.</returns>
    public VerbOutcome? Look(StatusSnapshot snapshot, Action<string, bool>? progress = null)
    {
        var text = new StringBuilder();
        var code = 0;
        var isOpen = false;
        foreach (var item in _items)
        {
            if (!item.IsSettled)
            {
                item.Settle(Find(snapshot, item), snapshot);
                if (item.IsSettled)
                {
                    progress?.Invoke($"{item.Worker} {item.Text}", false);
                }
            }

            isOpen |= !item.IsSettled;
            if (isOpen && progress is null)
            {
                return null;
            }

            code = item.IsMet ? code : 1;
            text.Append(CultureInfo.InvariantCulture, $"{item.Worker} {item.Text}\n");
        }

        return isOpen ? null : new VerbOutcome(code, text.ToString());
    }

    /// <summary>Mostly it is where it was last time; a thousand workers must not be gone through for each of a thousand.</summary>
    static WorkerStatus? Find(StatusSnapshot snapshot, Item item)
    {
        var workers = snapshot.Workers;
        if (item.At < workers.Length && workers[item.At].Worker == item.Worker)
        {
            return workers[item.At];
        }

        for (var i = 0; i < workers.Length; i++)
        {
            if (workers[i].Worker == item.Worker)
            {
                item.At = i;
                return workers[i];
            }
        }

        return null;
    }

    /// <summary>On purpose: no fault of the new version.</summary>
    const string TakenAway = "was scaled away, or the file has it no more";

    sealed class Item(WorkerId worker, Wanted wanted, int incarnation)
    {
        public WorkerId Worker { get; } = worker;

        /// <summary>Where it was in the last snapshot.</summary>
        public int At { get; set; }

        public bool IsSettled { get; private set; }

        public bool IsMet { get; private set; }

        public string Text { get; private set; } = "";

        public void Settle(WorkerStatus? found, StatusSnapshot snapshot)
        {
            if (found is not { } status)
            {
                End(wanted is Wanted.Gone or Wanted.Down or Wanted.Reloaded, wanted == Wanted.Reloaded ? TakenAway : "removed");
                return;
            }

            if (wanted == Wanted.Gone)
            {
                return;
            }

            if (wanted == Wanted.Down)
            {
                SettleDown(status);
                return;
            }

            if (wanted == Wanted.Reloaded)
            {
                SettleReloaded(status);
                return;
            }

            SettleUp(status, snapshot);
        }

        void SettleReloaded(in WorkerStatus status)
        {
            if (status.IsLeaving)
            {
                End(true, TakenAway);
            }
            else if (!status.IsReplacing)
            {
                var isMet = status.ReloadProblem is null && status.State.Incarnation != incarnation && status.Phase == Phase.Ready;
                End(isMet, isMet ? $"reloaded pid {status.Pid}" : $"{StatusWords.Of(status.Phase)}: {status.ReloadProblem ?? "it ended meanwhile"}");
            }
        }

        void SettleDown(in WorkerStatus status)
        {
            if (!status.State.HasProcess && status.Phase is Phase.Down or Phase.Failed)
            {
                End(true, "stopped");
            }
            else if (status.Goal == Goal.Up)
            {
                End(false, $"{StatusWords.Of(status.Phase)}: it was started again meanwhile");
            }
        }

        void SettleUp(in WorkerStatus status, StatusSnapshot snapshot)
        {
            var isNew = wanted != Wanted.Fresh || status.State.Incarnation != incarnation;
            switch (status.Phase)
            {
                case Phase.Ready when isNew && status.Goal == Goal.Up:
                    End(true, $"online pid {status.Pid}");
                    break;
                case Phase.Waiting when isNew:
                    End(false, $"{StatusWords.Of(status.Phase)}: it ended with {status.LastExit} before it was ready");
                    break;
                case Phase.Failed:
                    End(false, status.State.Fault is { } fault ? $"{StatusWords.Of(status.Phase)}: it was stopped because {fault}" : status.LastExit is { } exit ? $"{StatusWords.Of(status.Phase)}: ended with {exit}" : "errored: it could not be started");
                    break;
                case Phase.Down when status.State.EndedByPlan && isNew:
                    End(true, $"done with {status.LastExit}");
                    break;
                case Phase.Down:
                    End(false, snapshot.IsShuttingDown ? "not started: a shutdown is under way" : "stopped: somebody stopped it meanwhile");
                    break;
                case Phase.Held when StoppedOf(status, snapshot) is { } stopped:
                    End(false, $"{StatusWords.Of(status.Phase)}: it waits for {stopped}, which is stopped; start that too (pminit start {stopped})");
                    break;
                case Phase.Ready or Phase.Starting or Phase.Draining or Phase.Killing or Phase.Waiting or Phase.Held:
                default:
                    break;
            }
        }

        /// <summary>A dependency that does not come by itself; null: all may.</summary>
        static string? StoppedOf(in WorkerStatus status, StatusSnapshot snapshot)
        {
            foreach (var dependency in status.WaitingFor)
            {
                foreach (var other in snapshot.Workers)
                {
                    if (other.Worker.App == dependency.App && other is { Phase: Phase.Down, NextRun: null, IsLeaving: false })
                    {
                        return dependency.App;
                    }
                }
            }

            return null;
        }

        void End(bool isMet, string text)
        {
            (IsSettled, IsMet, Text) = (true, isMet, text);
        }
    }
}
