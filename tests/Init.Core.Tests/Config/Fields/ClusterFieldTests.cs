using Init.Core.Cluster;
using Init.Core.Config;
using Init.Core.Model;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>Which apps share their sockets, and what follows from that.</summary>
public sealed class ClusterFieldTests
{
    [Theory]
    [InlineData("script: 'a.js'", ClusterMode.None)]
    [InlineData("script: 'a.js', instances: 2", ClusterMode.Node)]
    [InlineData("script: 'a.js', instances: 1", ClusterMode.Node)]
    [InlineData("script: 'a.js', instances: 'max'", ClusterMode.Node)]
    [InlineData("script: 'a.js', instances: 2, exec_mode: 'fork'", ClusterMode.None)]
    [InlineData("script: 'a.js', instances: 2, cluster: 'none'", ClusterMode.None)]
    [InlineData("script: 'a.js', exec_mode: 'cluster'", ClusterMode.Node)]
    [InlineData("script: 'a.mjs', execMode: 'cluster_mode'", ClusterMode.Node)]
    [InlineData("script: 'a.js', cluster: 'node', exec_mode: 'fork'", ClusterMode.Node)]
    [InlineData("script: 'bin/next', interpreter: '/usr/bin/node20', exec_mode: 'cluster'", ClusterMode.Node)]
    [InlineData("script: 'node --inspect a.js', instances: 2", ClusterMode.Node)]
    [InlineData("script: 'cd x && node a.js', instances: 2", ClusterMode.Node)]
    [InlineData("script: './run.sh', cluster: 'node'", ClusterMode.Node)]
    [InlineData("script: 'a.js', interpreter: 'bun', instances: 2", ClusterMode.None)]
    [InlineData("script: 'a.py', instances: 2", ClusterMode.None)]
    [InlineData("script: './server', instances: 2", ClusterMode.None)]
    [InlineData("script: 'a.js', instances: 1, type: 'task'", ClusterMode.None)]
    [InlineData("script: 'a.js', instances: 1, autorestart: false, cron_restart: '@daily'", ClusterMode.None)]
    public void Mode_FollowsFromTheFields(string fields, ClusterMode expected) => Assert.Equal(expected, App(fields).Cluster);

    [Theory]
    [InlineData("script: 'a.py', exec_mode: 'cluster'", "exec_mode: cluster mode is Node's, and nothing says that Node runs this app")]
    [InlineData("script: 'a.js', interpreter: 'bun', exec_mode: 'cluster'", "\"interpreter\": \"node\"")]
    [InlineData("script: 'a.js', cluster: 'none', exec_mode: 'cluster'", "keep one of the two")]
    [InlineData("script: 'a.js', cluster: 'node', type: 'task'", "cluster: a worker of Node's cluster does not end")]
    public void Contradiction_IsAnError(string fields, string expected) => Assert.Contains(expected, Assert.Single(Read("{apps: [{" + fields + "}]}").Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("script: 'npm', args: 'start', exec_mode: 'cluster'", "npm would be the worker, and not the app that it starts: cannot read \"package.json\": files cannot be read here")]
    [InlineData("script: 'yarn start', exec_mode: 'cluster'", "yarn would be the worker")]
    [InlineData("script: 'a.py', balance: 'shared'", "has no effect")]
    public void WhatHasNoEffect_IsSaid(string fields, string expected)
    {
        var result = Read("{apps: [{" + fields + "}]}");
        Assert.Contains(expected, Assert.Single(result.Warnings).ToString(), StringComparison.Ordinal);
        Assert.Equal(ClusterMode.None, Assert.Single(result.Ecosystem!.Apps).Cluster);
    }

    [Theory]
    [InlineData("", ReadyKind.Listening, true, 30)]
    [InlineData(", listen_timeout: '7s'", ReadyKind.Listening, true, 7)]
    [InlineData(", ready_when: 'listening'", ReadyKind.Listening, false, 30)]
    [InlineData(", ready_when: 'running'", ReadyKind.Running, false, 30)]
    [InlineData(", wait_ready: true", ReadyKind.Message, false, 30)]
    [InlineData(", wait_ready: false", ReadyKind.Listening, true, 30)]
    public void Readiness_IsListening_UnlessTheFileSays(string fields, ReadyKind kind, bool isAssumed, int seconds)
    {
        var app = App("script: 'a.js', exec_mode: 'cluster'" + fields);
        Assert.Equal((kind, isAssumed, TimeSpan.FromSeconds(seconds)), (app.ReadyWhen.Kind, app.ReadyWhen.IsAssumed, app.ListenTimeout));
        Assert.True(app.NeedsChannel);
    }

    [Theory]
    [InlineData("per_worker", Balance.PerWorker)]
    [InlineData("shared", Balance.Shared)]
    [InlineData("round_robin", Balance.RoundRobin)]
    [InlineData("client_ip", Balance.ClientIp)]
    public void Balance_IsRead(string word, Balance expected)
    {
        var app = App($"script: 'a.js', exec_mode: 'cluster', balance: '{word}'");
        Assert.Equal(expected, app.Balance);
        Assert.Contains($"\"balance\": \"{word}\"", EffectiveConfig.Write(new Ecosystem { Apps = [app] }), StringComparison.Ordinal);
    }

    /// <summary>Any instance answers at a port that they share, also the one that is to be replaced; unless it is handed the connection, which takes the drain preload.</summary>
    [Theory]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {http: ':80/health'}", false)]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {http: 'http://127.0.0.2:80/health'}", false)]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {http: 'http://[::1]:80/health'}", false)]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {http: 'http://10.0.0.5:80/health'}", true)]
    [InlineData("exec_mode: 'cluster', keepalive_drain: false, ready_when: 'health_check', health_check: {http: ':80/health'}", true)]
    [InlineData("exec_mode: 'cluster', keepalive_drain: false, ready_when: 'health_check', health_check: {tcp: 'unix:/run/a.sock'}", true)]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {exec: 'true'}", false)]
    [InlineData("exec_mode: 'cluster', ready_when: 'health_check', health_check: {http: '/health'}, env: {PORT: 80}, increment_var: 'PORT'", false)]
    [InlineData("exec_mode: 'fork', ready_when: 'health_check', health_check: {http: ':80/health'}", false)]
    public void HealthCheck_AtASharedPort_TellsNobodyReady(string fields, bool isRefused) =>
        Assert.Equal(isRefused, Read($"{{apps: [{{script: 'a.js', {fields}}}]}}").Errors.Any(error => error.ToString().Contains(
            "apps[0].ready_when: the instances of a cluster share their port", StringComparison.Ordinal)));

    [Theory]
    [InlineData("instances: 2, health_check: {http: ':80/health'}", false)]
    [InlineData("instances: 2, keepalive_drain: false, health_check: {http: ':80/health'}", true)]
    [InlineData("instances: 2, health_check: {tcp: '10.0.0.5:80'}", true)]
    [InlineData("instances: 1, exec_mode: 'cluster', health_check: {http: ':80/health'}", false)]
    [InlineData("instances: 2, exec_mode: 'fork', health_check: {http: ':80/health'}", false)]
    [InlineData("instances: 2, health_check: {exec: 'true'}", false)]
    public void HealthCheck_AtASharedPort_IsWarnedOf(string fields, bool expected) =>
        Assert.Equal(expected, Read($"{{apps: [{{script: 'a.js', {fields}}}]}}").Warnings.Any(warning => warning.ToString().Contains(
            "a failure may be laid to another than the one that failed", StringComparison.Ordinal)));
}
