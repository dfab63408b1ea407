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
    /// <returns>The command: another one where a package manager was to start the app, which then is the worker itself.</returns>
    public static CommandSpec? Settle(AppDraft draft, CommandSpec? command, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        if (command is null)
        {
            return null; // an error was reported
        }

        var mode = IsAskedFor(draft) && NodeProgram.PackageManagerOf(command) is { Length: > 0 } manager
            ? PackageMode(draft, manager, ref command, given, scope)
            : Mode(draft, command, given, scope);
        draft.Spec = draft.Spec with { Cluster = mode };
        if (mode == ClusterMode.None)
        {
            if (draft.Spec.Balance != Balance.PerWorker && given.TryGetValue("balance", out var balance))
            {
                scope.Child(balance).Warn(balance.KeyPosition, "has no effect", "the instances of this app share no socket; \"cluster\" says how they can");
            }

            return command;
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

        if (draft.Spec.HealthCheck is { Kind: not ProbeKind.Exec, CountsUp: false } check && !(draft.Spec.KeepaliveDrain && check.IsLocal))
        {
            SettleSharedCheck(draft, given, scope);
        }

        return command;
    }

    /// <summary>
    /// Who connects to a socket that all share is answered by any of them: at a reload the old process would answer for the new one. Only what the drain preload brings
    /// along can take a connection for one process.
    /// </summary>
    static void SettleSharedCheck(AppDraft draft, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        const string Instead = "\"keepalive_drain\": true and a check of this machine's own address reach each instance by itself, a check with \"exec\" asks in its own way, and with \"increment_var\": \"PORT\" each instance is asked at its own port";
        if (draft.Spec.ReadyWhen.Kind == ReadyKind.HealthCheck && given.TryGetValue("ready_when", out var ready))
        {
            scope.Child(ready).Error(ready.Value.Position, "the instances of a cluster share their port, so another one, or the old process, would answer for the one that starts",
                $"remove it: an instance is ready when it listens; or \"wait_ready\": true; {Instead}");
        }
        else if (draft.Spec.Instances > 1 && given.TryGetValue("health_check", out var check))
        {
            scope.Child(check).Warn(check.KeyPosition, "the instances of a cluster share their port, so any of them answers, and a failure may be laid to another than the one that failed", Instead);
        }
    }

    static bool IsAskedFor(AppDraft draft) => draft.Cluster is { } asked ? asked == ClusterMode.Node : draft.ExecMode == "cluster";

    /// <summary>npm and its like as the command: what they start in the end, or fork mode.</summary>
    static ClusterMode PackageMode(AppDraft draft, string manager, ref CommandSpec command, Dictionary<string, DataMember> given, ConfigScope scope)
    {
        var found = PackageCommand.Resolve(manager, command, draft.Spec.Cwd, scope.Report.Context);
        if (found.Command is { } app)
        {
            draft.Spec = draft.Spec with { Env = found.Environment(draft.Spec) };
            command = app;
            return ClusterMode.Node;
        }

        var member = given[draft.Cluster is null ? "exec_mode" : "cluster"];
        scope.Child(member).Warn(member.Value.Position, "has no effect, each instance is on its own",
            $"{manager} would be the worker, and not the app that it starts: {found.Problem}; write the command that starts the server itself as \"script\", e.g. \"node server.js\"");
        return ClusterMode.None;
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
            scope.Child(member).Error(member.Value.Position, "cluster mode is Node's, and nothing says that Node runs this app",
                "write \"interpreter\": \"node\" for a script of Node, \"cluster\": \"node\" for a program that becomes Node, else \"fork\": then each copy must listen on a port of its own");
        }

        return ClusterMode.None;
    }
}
