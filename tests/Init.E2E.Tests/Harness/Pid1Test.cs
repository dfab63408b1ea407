// Base of all tests here: starts instances, and at the end prints their logs (shown for failed tests only) and removes them.
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Init.E2E.Tests.Harness;

public abstract class Pid1Test(ITestOutputHelper output) : IDisposable
{
    readonly List<Pid1> started = [];

    /// <summary>Supervises the given apps.</summary>
    private protected Pid1 Start(params JsonObject[] apps) => Start(new StartOptions { File = EcosystemFile.Of(apps) });

    /// <summary>Init mode: one command, nothing else.</summary>
    private protected Pid1 StartInit(params string[] command) => Start(new StartOptions { Arguments = ["--", .. command] });

    private protected Pid1 Start(StartOptions options)
    {
        Machine.Demand(Needs.None);
        var pid1 = Pid1.Start(options);
        started.Add(pid1);
        return pid1;
    }

    public virtual void Dispose()
    {
        foreach (var pid1 in started)
        {
            try
            {
                output.WriteLine(pid1.Tail());
            }
            catch (InvalidDataException error)
            {
                output.WriteLine(error.Message);
            }

            pid1.Dispose();
        }

        GC.SuppressFinalize(this);
    }
}
