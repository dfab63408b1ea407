using Init.Core.Control;

namespace Init.Linux.Net;

/// <summary>Carries out the verbs that change something.</summary>
public interface IWorkerVerbs
{
    /// <summary>Whether the verb is one of them.</summary>
    bool Takes(Verb verb);

    /// <summary>Begins.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="progress">Told what has come to be meanwhile, and, with true, what is to be known beforehand.</param>
    /// <param name="done">Told once what came of it, perhaps before this returns.</param>
    void Begin(ControlRequest request, Action<string, bool> progress, Action<VerbOutcome> done);

    /// <summary>A new file is about to be applied: waits for the reloads by which its settings come.</summary>
    /// <param name="done">Told once what came of them.</param>
    void Follow(Action<VerbOutcome> done);
}
