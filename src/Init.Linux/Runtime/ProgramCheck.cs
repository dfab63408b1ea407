using Init.Core.Model;

namespace Init.Linux.Runtime;

/// <summary>Looks every app's program up before anything starts, so that a typo is one error now and not a crash loop later.</summary>
public static class ProgramCheck
{
    /// <summary>The apps whose program cannot be started, with the reason.</summary>
    public static IEnumerable<(AppSpec App, SpawnProblem Problem)> Missing(Ecosystem ecosystem, Inherited inherited)
    {
        foreach (var app in ecosystem.Apps)
        {
            var (_, problem) = ProgramFinder.Find(app.Command, app.Cwd, WorkerEnvironment.PathOf(inherited, app));
            if (problem is not null)
            {
                yield return (app, problem);
            }
        }
    }
}
