using System.Collections.Immutable;
using Init.Core.CommandLine;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>
/// The bytes of an ecosystem file to a validated ecosystem, or to every error at once. Knows the shapes of the top level:
/// `{apps: […]}`, `{pm2: […]}`, a list of apps, or one bare app. Never throws for any bytes; reads no file itself.
/// </summary>
public static class EcosystemReader
{
    /// <summary>Reads and validates.</summary>
    /// <param name="bytes">Content of the file, at most 1 MiB; for a script the JSON that its evaluation gave, whose values have no places.</param>
    /// <param name="fileName">Name as the user gave it: shown in errors, and its extension decides the format.</param>
    /// <param name="context">What the machine contributes.</param>
    /// <returns>An ecosystem, or one error or more; never both.</returns>
    public static ConfigResult Read(ReadOnlySpan<byte> bytes, string fileName, ConfigContext context)
    {
        var report = new ConfigReport(fileName, context);
        report.Defaults = Pm2Environment.Read(context, report.Warnings);
        Ecosystem? ecosystem = null;
        if (DataFile.Read(bytes, fileName, report.Errors) is { } root)
        {
            ecosystem = ReadRoot(root, new ConfigScope(report, ""), context);
            if (EnvironmentBuilder.RefuseProfile(report, context.Profile) is { } unknown)
            {
                report.Errors.Add(unknown);
            }
        }

        return Conclude(report, ecosystem);
    }

    /// <summary>Makes an ecosystem of one app, which the command line names (`pminit server.js -i 2`); its fields are the context's overrides.</summary>
    /// <param name="script">The script or program.</param>
    /// <param name="context">What the machine and the options contribute.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    public static ConfigResult ReadApp(string script, ConfigContext context)
    {
        const string Origin = "command line";
        var report = new ConfigReport(Origin, context);
        report.Defaults = Pm2Environment.Read(context, report.Warnings);
        var scope = new ConfigScope(report, "");
        var apps = new AppSelection(scope, context);
        apps.Add([new DataMember("script", default, DataNode.Of(script, default)) { Origin = Origin }], default, scope);
        var ecosystem = new Ecosystem { Apps = Unique(apps.Finish()) };
        if (EnvironmentBuilder.RefuseProfile(report, context.Profile) is { } unknown)
        {
            // pm2 takes --env for a script too, and ignores it.
            (context.IsPm2 ? report.Warnings : report.Errors).Add(unknown);
        }

        return Conclude(report, ecosystem);
    }

    static ConfigResult Conclude(ConfigReport report, Ecosystem? ecosystem)
    {
        var isValid = report.Errors.Count == 0;
        if (isValid && ecosystem is null)
        {
            throw new InvalidOperationException("a refused ecosystem file has no error to show");
        }

        return new ConfigResult { Ecosystem = isValid ? ecosystem : null, Errors = InOrder(report.Errors, report.File), Warnings = InOrder(report.Warnings, report.File) };
    }

    /// <summary>The file's own first, then those of the files that it names, each in order of place.</summary>
    static ImmutableArray<ConfigError> InOrder(List<ConfigError> errors, string file)
    {
        return [.. errors.Sorted(Compare)];

        int Compare(ConfigError a, ConfigError b)
            => string.CompareOrdinal(OtherFile(a), OtherFile(b)) is not 0 and var files ? files
                : a.Position.Line != b.Position.Line ? a.Position.Line.CompareTo(b.Position.Line)
                : a.Position.Column.CompareTo(b.Position.Column);

        string OtherFile(ConfigError error) => error.File == file ? "" : error.File;
    }

    static Ecosystem ReadRoot(DataNode root, ConfigScope scope, ConfigContext context)
    {
        var top = new TopDraft();
        switch (root.Kind)
        {
            case DataKind.List:
                return new Ecosystem { Apps = ReadApps(root, scope, context) };
            case DataKind.Map:
                var members = MembersOf(root, scope.Report.File);
                var isBareApp = !members.Has(static member => member.Key is "apps" or "pm2")
                    && members.Has(static member => ConfigFields.App.Knows(member.Key));
                var own = isBareApp ? members.Filter(static member => ConfigFields.Top.Knows(member.Key)) : members;
                var given = ConfigFields.Top.Read(own, scope, top);
                scope.Report.ShutdownTimeout = top.Settings.ShutdownTimeout;
                OrderRules.WarnOfDelay(top.Settings, given, scope);
                if (isBareApp)
                {
                    var rest = members.Filter(static member => !ConfigFields.Top.Knows(member.Key));
                    return new Ecosystem { Apps = ReadOne(rest, root.Position, scope, context), Settings = top.Settings };
                }

                var apps = top.Apps is null ? RefuseNoApps(root, scope) : ReadApps(top.Apps, scope.Child(given["apps"].Key), context);
                return new Ecosystem { Apps = apps, Settings = top.Settings };
            case DataKind.Null or DataKind.Boolean or DataKind.Number or DataKind.Text or DataKind.Invalid:
            default:
                ConfigValues.Fail(root, scope, "an object with \"apps\", or a list of apps");
                return new Ecosystem { Apps = [] };
        }
    }

    /// <summary>
    /// In a package.json (where pm2 has its `pm2` key from) everything else belongs to npm. `x-…` belongs to the user, as in compose
    /// files: YAML keeps there what several apps share by alias.
    /// </summary>
    static IEnumerable<DataMember> MembersOf(DataNode root, string file)
        => Path.GetFileName(file) == "package.json" ? root.Members.Filter(static member => ConfigFields.Top.Reads(member.Key))
            : root.Members.Filter(static member => !member.Key.StartsWith("x-", StringComparison.Ordinal));

    static ImmutableArray<AppSpec> RefuseNoApps(DataNode root, ConfigScope scope)
    {
        scope.Error(root.Position, "\"apps\" is missing", "write {\"apps\": [{\"script\": \"server.js\"}]}");
        return [];
    }

    static ImmutableArray<AppSpec> ReadApps(DataNode node, ConfigScope scope, ConfigContext context)
    {
        // pm2 takes one app for a list of one.
        if (node.Kind == DataKind.Map)
        {
            return ReadOne(node.Members, node.Position, scope, context);
        }

        if (node.Kind != DataKind.List)
        {
            ConfigValues.Fail(node, scope, "a list of apps");
            return [];
        }

        if (node.Items.IsEmpty)
        {
            scope.Error(node.Position, "the list of apps is empty", "an app is {\"script\": \"server.js\"}");
        }

        var apps = new AppSelection(scope, context);
        for (var i = 0; i < node.Items.Length; i++)
        {
            var item = node.Items[i];
            if (item.Kind == DataKind.Map)
            {
                apps.Add(item.Members, item.Position, scope.Child(i));
            }
            else
            {
                ConfigValues.Fail(item, scope.Child(i), "an app", item.Kind == DataKind.Text ? $"write {{\"script\": {Words.Quote(item.Text)}}}" : "");
            }
        }

        return Unique(apps.Finish());
    }

    static ImmutableArray<AppSpec> ReadOne(IEnumerable<DataMember> members, SourcePosition at, ConfigScope scope, ConfigContext context)
    {
        var apps = new AppSelection(scope, context);
        apps.Add(members, at, scope);
        return Unique(apps.Finish());
    }

    /// <summary>pm2 lets several apps share a name and then addresses them as one; here a name is an address.</summary>
    static ImmutableArray<AppSpec> Unique(List<AppBuilder.Built> built)
    {
        var places = new Dictionary<string, AppBuilder.Built>(StringComparer.Ordinal);
        var pidFiles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var app in built)
        {
            if (app.Name is not null && !places.TryAdd(app.Name, app))
            {
                var first = places[app.Name];
                app.NamePath.Error(app.NameAt, $"a second app is called {Words.Quote(app.Name)}, the first is {first.NamePath.Path}{Words.AtLine(first.NameAt)}",
                    "give each app a \"name\" of its own");
            }
            else if (app.Spec is { } spec && PidFile.PathOf(spec, 0) is { } path && !pidFiles.TryAdd(path, spec.Name))
            {
                app.NamePath.Warn(app.NameAt, $"\"pid_file\" is also that of {Words.Quote(pidFiles[path])}: each app would overwrite the other's pid", "give each a file of its own");
            }
        }

        return [.. built.Filter(static app => app.Spec is not null).Map(static app => app.Spec!)];
    }
}
