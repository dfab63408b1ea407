using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>An item of `depends_on` as it stands in the file.</summary>
/// <param name="Name">What it is called there; not looked up yet.</param>
/// <param name="Condition">Null: what suits the app.</param>
/// <param name="At">Where it stands.</param>
/// <param name="Path">Its field.</param>
sealed record AskedDependency(string Name, DependencyCondition? Condition, SourcePosition At, ConfigScope Path);
