using Init.Linux.Runtime;

namespace Init.Linux.Evaluation;

/// <summary>Which runtime of the image reads TypeScript. It blocks: node has to be asked for its version.</summary>
public static class TypeScriptRuntime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>"bun", "node v22.18.0", or empty when there is neither (or node does not say).</summary>
    public static string Find(Inherited inherited)
    {
        var path = inherited.Variable("PATH") ?? ProgramFinder.DefaultPath;
        if (ProgramFinder.FindCommand("bun", path).Found is not null)
        {
            return "bun";
        }

        return ProgramFinder.FindCommand("node", path).Found is { } node && ConfigEvaluator.Ask(node with { Argv = ["node", "--version"] }, inherited, Patience) is { } version
            ? "node " + version.Trim()
            : "";
    }
}
