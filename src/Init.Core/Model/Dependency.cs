namespace Init.Core.Model;

/// <summary>What a dependency must have come to before those that wait for it start. All instances of the app are meant.</summary>
public enum DependencyCondition
{
    /// <summary>Its processes exist.</summary>
    Started,

    /// <summary>Its processes are ready.</summary>
    Ready,

    /// <summary>It has ended by its own plan.</summary>
    Completed,
}

/// <summary>One app that another one waits for, and stops before.</summary>
/// <param name="App">Name of an app of the same ecosystem; never the app itself, and never in a circle.</param>
/// <param name="Condition">What it must have come to.</param>
public sealed record Dependency(string App, DependencyCondition Condition)
{
    /// <summary>The condition as it is written in a file.</summary>
    public string Word => Condition switch
    {
        DependencyCondition.Started => "started",
        DependencyCondition.Ready => "ready",
        DependencyCondition.Completed => "completed",
    };
}
