using System.Text.Json;
using Init.Core.Cluster;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>`cluster` and what belongs to it.</summary>
public static partial class EffectiveConfig
{
    static void WriteCluster(Utf8JsonWriter json, AppSpec app)
    {
        if (app.Cluster == ClusterMode.Node)
        {
            json.WriteString("cluster", "node");
        }

        if (app.Cluster == ClusterMode.Node || app.Balance != Balance.PerWorker)
        {
            json.WriteString("balance", app.Balance switch
            {
                Balance.PerWorker => "per_worker",
                Balance.Shared => "shared",
                Balance.RoundRobin => "round_robin",
                Balance.ClientIp => "client_ip",
            });
        }
    }
}
