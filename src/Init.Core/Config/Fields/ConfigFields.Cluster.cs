using System.Collections.Immutable;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>The rows of an app about one listening socket for all instances.</summary>
public static partial class ConfigFields
{
    static ImmutableArray<AppField> Cluster() =>
    [
        AppField.Of("cluster", ClusterKinds.Cluster, "none", "How the instances share what they listen on. \"node\": pminit is the primary of Node's cluster module, and the app needs no change. It is what \"exec_mode\": \"cluster\" asks for.",
            static (app, value) => app.Cluster = value),
        AppField.Of("balance", ClusterKinds.Balance, "per_worker", "How new connections are spread over them: \"per_worker\": each has a socket of its own, and the kernel chooses; \"shared\": all accept from one; \"round_robin\": pminit accepts, and gives each its turn; \"client_ip\": as \"per_worker\", but all connections of a client (its address) go to the same instance.",
            static (app, value) => app.Spec = app.Spec with { Balance = value }),
    ];
}
