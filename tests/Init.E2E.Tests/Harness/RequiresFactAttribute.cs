// A test that the machine cannot run is skipped at discovery with the reason, and counted. With PMINIT_NO_SKIP=1 (CI) it runs
// and fails with the same reason (Machine.Demand), so that a broken machine never looks like a passing one.
namespace Init.E2E.Tests.Harness;

[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(Needs needs = Needs.None)
    {
        Needs = needs;
        Skip = Machine.SkipReason(needs);
    }

    public Needs Needs { get; }
}
