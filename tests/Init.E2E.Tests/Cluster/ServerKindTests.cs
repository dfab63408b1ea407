// Other servers than a plain HTTP one, on every version of Node; what they do beside serving is in ServerFeatureTests.
using Init.Testing;
using Xunit.Abstractions;

namespace Init.E2E.Tests.Cluster;

public sealed class ServerKindTests(ITestOutputHelper output) : ClusterTest(output)
{
    public static IEnumerable<object[]> Lasting => Each("express", "fastify", "https", "http2", "unix", "zero", "module", "typescript");

    public static IEnumerable<object[]> Short => Each("net", "dgram");

    public static IEnumerable<object[]> Killed => Each("express", "fastify", "https", "net", "unix", "zero");

    /// <summary>
    /// Of HTTP/2 sessions too: what crosses the GOAWAY on its way is refused by its number, and the client sends it elsewhere.
    /// </summary>
    [NodeTheory]
    [MemberData(nameof(Lasting))]
    public void ReloadAndScale_LoseNothing(int node, string kind)
    {
        var cluster = StartCluster(node, kind);
        Reload(cluster, false, true);
        Scale(cluster, false, true);
    }

    /// <summary>A connection of such a server lasts as long as its peers want, so only new ones are asked.</summary>
    [NodeTheory]
    [MemberData(nameof(Short))]
    public void ReloadAndScale_LoseNothing_OfShortConversations(int node, string kind)
    {
        var cluster = StartCluster(node, kind);
        Reload(cluster, false);
        Scale(cluster, false);
    }

    [NodeTheory]
    [MemberData(nameof(Killed))]
    public void Kill_CostsOnlyWhatWasInFlight(int node, string kind)
        => Kill(StartCluster(node, kind), kind == "net" ? [false] : [false, true]);

    /// <summary>Fastify 5 needs Node 20; Node reads TypeScript from 22.18 on.</summary>
    static IEnumerable<object[]> Each(params string[] kinds)
        => from kind in kinds
           from node in NodeTools.Versions
           where node >= kind switch { "fastify" => 20, "typescript" => 22, _ => 0 }
           select new object[] { node, kind };
}
