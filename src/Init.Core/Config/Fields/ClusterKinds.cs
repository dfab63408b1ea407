using Init.Core.Cluster;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>Kinds of the fields about clusters.</summary>
static class ClusterKinds
{
    public static readonly ValueKind<ClusterMode> Cluster = new("cluster", "\"node\", \"none\"", """{"enum":["node","none"]}""", ConfigValues.Cluster);

    public static readonly ValueKind<Balance> Balance = new("balance", "\"per_worker\", \"shared\", \"round_robin\", \"client_ip\"", """{"enum":["per_worker","shared","round_robin","client_ip"]}""", ConfigValues.BalanceWord);
}
