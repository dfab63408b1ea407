using Init.Core.Cluster;
using Init.Core.Config.Data;
using Init.Core.Ipc;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// Which apps share their sockets. `cluster` says so; else `exec_mode` does; else, as in pm2, a Node app that says `instances`. A task or a job does not unless
/// asked: a worker of Node's cluster does not end by itself when it has nothing more to do.
/// </summary>
static class ClusterRules
{
    public static void Settle(AppDraft draft, CommandSpec? command, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (command is null)
        {
            return; // an error was reported
        }

        var mode = Mode(draft, command, given, scope);
        draft.Spec = draft.Spec with { Cluster = mode };
        if (mode == ClusterMode.None)
        {
            if (draft.Spec.Balance != Balance.PerWorker && given.TryGetValue("balance", out var balance))
            {
                scope.Child(balance).Warn(balance.KeyPosition, "has no effect", "the instances of this app share no socket; \"cluster\" says how they can");
            }

            return;
        }

        if (draft.Spec.IsTask)
        {
            var member = given.TryGetValue("cluster", out var named) ? named : given["exec_mode"];
            scope.Child(member).Error(member.KeyPosition, "a worker of Node's cluster does not end when it has nothing more to do, and a task has to", "remove it, or \"type\": \"task\"");
        }
        else if (!draft.WaitsForMessage && !given.ContainsKey("ready_when"))
        {
            draft.Spec = draft.Spec with { ReadyWhen = new ReadyWhen(ReadyKind.Listening) { IsAssumed = true } };
        }
    }

    static ClusterMode Mode(AppDraft draft, CommandSpec command, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (draft.Cluster is { } asked)
        {
            if (asked == ClusterMode.None && draft.ExecMode == "cluster")
            {
                var other = given["exec_mode"];
                scope.Child(other).Error(other.KeyPosition, $"asks for \"cluster\": \"node\", and \"cluster\"{Words.AtLine(given["cluster"].KeyPosition)} for none", "keep one of the two");
            }

            return asked;
        }

        if (NodeProgram.IsNodeItself(command))
        {
            return draft.ExecMode == "cluster" || (draft.ExecMode is null && given.ContainsKey("instances") && !draft.Spec.IsTask && !draft.Spec.IsJob) ? ClusterMode.Node : ClusterMode.None;
        }

        if (draft.ExecMode == "cluster")
        {
            var member = given["exec_mode"];
            if (NodeProgram.PackageManagerOf(command) is { Length: > 0 } manager)
            {
                scope.Child(member).Warn(member.Value.Position, "has no effect",
                    $"{manager} would be the worker, and not the app that it starts; write the command that {manager} runs (see \"scripts\" in package.json) as \"script\"");
            }
            else
            {
                scope.Child(member).Error(member.Value.Position, "cluster mode is Node's, and nothing says that Node runs this app",
                    "write \"interpreter\": \"node\" for a script of Node, \"cluster\": \"node\" for a program that becomes Node, else \"fork\": then each copy must listen on a port of its own");
            }
        }

        return ClusterMode.None;
    }
}
