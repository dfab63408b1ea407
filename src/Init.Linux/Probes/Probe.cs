namespace Init.Linux.Probes;

/// <summary>One check under way. It tells its end once, through what it was made with, unless it is ended from outside.</summary>
abstract class Probe : IDisposable
{
    /// <summary>Begins; the end may come before this returns.</summary>
    public abstract void Begin();

    /// <summary>Its time is over: lets go of everything, and tells nobody.</summary>
    /// <returns>What it was waiting for, for people: "no answer".</returns>
    public abstract string End();

    /// <summary>It has told its end and only hears the other side out.</summary>
    public virtual bool IsLingering => false;

    /// <inheritdoc/>
    public abstract void Dispose();
}
