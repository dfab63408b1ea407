using System.Collections.Immutable;
using Init.Core.Cluster;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`exec_mode`, `cluster` and `balance`.</summary>
static partial class ConfigValues
{
    static readonly ImmutableArray<string> Balances = ["per_worker", "shared", "round_robin", "client_ip"];

    /// <summary>pm2 accepts `cluster_mode` and `fork_mode` as well.</summary>
    public static bool ExecMode(DataNode node, ConfigScope scope, out string value)
    {
        value = node.Kind == DataKind.Text && node.Text is "cluster" or "cluster_mode" ? "cluster" : "fork";
        return value == "cluster" || (node.Kind == DataKind.Text && node.Text is "fork" or "fork_mode") || Fail(node, scope, "\"fork\" or \"cluster\"");
    }

    public static bool Cluster(DataNode node, ConfigScope scope, out ClusterMode value)
    {
        value = node.Kind == DataKind.Text && node.Text == "node" ? ClusterMode.Node : ClusterMode.None;
        if (value == ClusterMode.Node || (node.Kind == DataKind.Text && node.Text == "none"))
        {
            return true;
        }

        if (node.Kind == DataKind.Text && node.Text is "inherit" or "transparent")
        {
            scope.Error(node.Position, $"{Words.Quote(node.Text)} is known, but not available in this version", "remove it: each copy must listen on a port of its own");
            return false;
        }

        return Fail(node, scope, "\"node\" or \"none\"");
    }

    public static bool BalanceWord(DataNode node, ConfigScope scope, out Balance value)
    {
        value = default;
        if (!Word(node, scope, Balances, out var word))
        {
            return false;
        }

        value = word switch
        {
            "shared" => Balance.Shared,
            "round_robin" => Balance.RoundRobin,
            "client_ip" => Balance.ClientIp,
            _ => Balance.PerWorker,
        };
        return true;
    }
}
