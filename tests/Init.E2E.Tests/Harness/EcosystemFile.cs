// Builds ecosystem files in few words: Worker("api", "exit-after=100 code=3").With("autorestart", false).
using System.Text.Json.Nodes;

namespace Init.E2E.Tests.Harness;

static class EcosystemFile
{
    /// <summary>An app that runs the test worker; <paramref name="words"/> are separated by single spaces.</summary>
    public static JsonObject Worker(string name, string words) => App(name, Machine.TestWorker, words.Split(' '));

    public static JsonObject App(string name, string script, params string[] args) => new()
    {
        ["name"] = name,
        ["script"] = script,
        ["args"] = new JsonArray([.. args.Select(a => (JsonNode)a)]),
    };

    public static JsonObject Shell(string name, string commands) => App(name, "/bin/sh", "-c", commands);

    public static JsonObject With(this JsonObject app, string field, JsonNode? value)
    {
        app[field] = value;
        return app;
    }

    public static string Of(params JsonObject[] apps) => new JsonObject { ["apps"] = new JsonArray([.. apps]) }.ToJsonString();

    /// <summary>A file with top-level settings of pminit itself.</summary>
    public static string WithSettings(JsonObject settings, params JsonObject[] apps) =>
        new JsonObject { ["pminit"] = settings, ["apps"] = new JsonArray([.. apps]) }.ToJsonString();
}
