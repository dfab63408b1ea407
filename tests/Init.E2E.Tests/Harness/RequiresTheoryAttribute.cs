namespace Init.E2E.Tests.Harness;

/// <summary>As <see cref="RequiresFactAttribute"/>, for data rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(Needs needs = Needs.None)
    {
        Needs = needs;
        Skip = Machine.SkipReason(needs);
    }

    public Needs Needs { get; }
}
