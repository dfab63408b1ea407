// An unmodified HTTP server on every version of Node: what happens to requests while workers are killed, replaced, added and removed.
using Init.Testing;
using Xunit.Abstractions;

namespace Init.E2E.Tests.Cluster;

public sealed class NodeVersionTests(ITestOutputHelper output) : ClusterTest(output)
{
    public static TheoryData<int> Versions => new(NodeTools.Versions);

    [NodeTheory]
    [MemberData(nameof(Versions))]
    public void Reload_LosesNothing(int node) => Reload(StartCluster(node, "http"), false, true);

    [NodeTheory]
    [MemberData(nameof(Versions))]
    public void Scale_LosesNothing(int node) => Scale(StartCluster(node, "http"), false, true);

    [NodeTheory]
    [MemberData(nameof(Versions))]
    public void Kill_CostsOnlyWhatWasInFlight(int node) => Kill(StartCluster(node, "http"), false, true);

    /// <summary>Each connection goes to one of the workers by chance: a thousand for each of three differ by 2.6 % from the mean, in one case of three.</summary>
    [NodeTheory]
    [MemberData(nameof(Versions))]
    public void Connections_AreSpreadEvenly(int node)
    {
        const int Each = 1000;
        var cluster = StartCluster(node, "http");
        var seen = LoadClient.AskOneByOne(cluster.Target, Each * Workers);
        Assert.Equal(Workers, seen.Pids.Count);
        Assert.All(seen.Pids.Values, count => Assert.InRange(count, Each * 9 / 10, Each * 11 / 10));
    }
}
