using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>One app object to an AppSpec: reads the fields, then decides what depends on several of them.</summary>
static class AppBuilder
{
    /// <summary>What came of one app object.</summary>
    /// <param name="Name">Its name, also when the rest is wrong, so that duplicates are found.</param>
    /// <param name="NameAt">Where the name (or what it is derived from) stands.</param>
    /// <param name="NamePath">Path of that field.</param>
    /// <param name="BaseName">The name before `append_env_to_name`.</param>
    /// <param name="DependsOn">`depends_on`, by names that are not looked up yet.</param>
    /// <param name="Spec">Null after an error in the report.</param>
    public sealed record Built(string? Name, SourcePosition NameAt, ConfigScope NamePath, string? BaseName,
        ImmutableArray<AskedDependency> DependsOn, AppSpec? Spec);

    public static Built Build(IEnumerable<DataMember> members, SourcePosition at, ConfigScope scope, ConfigContext context)
    {
        var errorsBefore = scope.Report.Errors.Count;
        var draft = new AppDraft(context);
        scope.Report.Profiles ??= new SortedSet<string>(StringComparer.Ordinal);
        var given = ConfigFields.App.Read(members, scope, draft);
        if (!given.TryGetValue("script", out var script))
        {
            scope.Error(at, "\"script\" is missing", "say what to run: \"script\": \"server.js\"");
        }

        EnvironmentBuilder.Build(draft, given, scope);
        ConfigFields.RefuseTwoGroups(draft, given, scope);
        ScheduleBuilder.Build(draft, given, scope);
        OrderRules.SettleTask(draft, given);
        PointlessRules.Settle(draft, given, scope);
        HealthRules.Settle(draft, given, scope);
        ReadyRules.Settle(draft, given, scope);
        OrderRules.WarnOfDelay(draft.Spec.ShutdownDelay, given, scope);
        var command = draft.Script is null ? null : CommandBuilder.Build(draft, draft.Script, given, scope);
        command = ClusterRules.Settle(draft, command, given, scope);
        var isNamed = given.TryGetValue("name", out var named);
        var source = isNamed ? named : script;
        var inner = source is null ? scope : scope.Child(source);
        var name = isNamed ? draft.Name : draft.Script is null ? null : DefaultName(draft.Script, draft.Interpreter is not null);
        var baseName = name;
        if (name?.Length > 0 && draft.AppendsProfile && context.Profile is { } profile)
        {
            name = $"{name}-{profile}";
        }

        if (name is not null && !IsName(name, source!.Value.Position, inner, isNamed))
        {
            name = null;
        }

        var spec = name is not null && command is not null && scope.Report.Errors.Count == errorsBefore
            ? draft.Spec with { Name = name, Command = command, ScriptAt = script!.Value.Position }
            : null;
        return new Built(name, source is null ? at : source.Value.Position, inner, baseName, draft.DependsOn, spec);
    }

    /// <summary>File name without extension; of a command line, that of its first word which is a program.</summary>
    static string DefaultName(string script, bool isOneWord)
    {
        var program = script;
        if (!isOneWord && CommandWords.TrySplit(script, out var words, out _))
        {
            program = words.Find(static word => !CommandWords.IsAssignment(word) && !CommandWords.IsShellCommand(word)) ?? script;
        }

        // `(cd x; run)` is cut at blanks: what clings to the word is the shell's.
        program = program.Trim("();&|<>".ToCharArray());
        var file = program[(program.LastIndexOf('/') + 1)..];
        var dot = file.LastIndexOf('.');
        return dot > 0 ? file[..dot] : file;
    }

    static bool IsName(string name, SourcePosition at, ConfigScope scope, bool isNamed)
    {
        var fault = name.Length == 0 ? "is empty" : name.Contains('/') ? "contains '/'" : name.Has(char.IsControl) ? "contains a control character" : "";
        if (fault.Length == 0)
        {
            return true;
        }

        if (isNamed)
        {
            scope.Error(at, $"the name {Words.Quote(name)} {fault}", "use letters, digits, '-' and '_'");
        }
        else if (name.Length > 0)
        {
            scope.Error(at, $"no name can be made of this script: {Words.Quote(name)} {fault}", "give the app a \"name\"");
        }

        return false;
    }
}
