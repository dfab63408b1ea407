using System.Collections.Immutable;
using Init.Core.Watch;
using AppField = Init.Core.Config.ConfigField<Init.Core.Config.AppDraft>;

namespace Init.Core.Config;

/// <summary>Files whose changes restart an app. `watch_options` has chokidar's names, which pm2 passes on to it.</summary>
public static partial class ConfigFields
{
    const string Quiet = "a restart waits until nothing has changed for \"watch_delay\"";

    static TimeSpan ShortestInterval => TimeSpan.FromMilliseconds(10);

    static ImmutableArray<AppField> Watching() =>
    [
        AppField.Of("watch", WatchKinds.Paths, "false", "Restart when files change (see Watch). true: everything in the app's cwd; else files, folders, globs.",
            static (app, value) => Set(app, app.Spec.Watch with { Paths = value })),
        AppField.Of("ignore_watch", WatchKinds.Patterns, "[]", "Names, paths and globs that are not watched, besides dotfiles, node_modules, __pycache__, *~ and #*#; \"!\" takes back.",
            static (app, value) => Set(app, app.Spec.Watch with { Ignore = value })),
        AppField.Of("watch_delay", Kinds.Duration, "200ms", "The restart follows when nothing has changed for so long.",
            static (app, value) => Set(app, app.Spec.Watch with { Delay = value })),
        AppField.OfSection("watch_options", "How files are watched.", new ConfigSection<AppDraft>(
        [
            AppField.Of("usePolling", Kinds.Boolean, "false", "Look at all files again and again: for mounts whose changes the kernel does not tell.",
                static (app, value) => Set(app, app.Spec.Watch with { UsesPolling = value })),
            AppField.Of("interval", Kinds.Duration, "1s", "From the end of one look to the next; at least 10 ms.",
                static (app, value) => Set(app, app.Spec.Watch with { Interval = value > ShortestInterval ? value : ShortestInterval })),
            AppField.Of("ignored", WatchKinds.Patterns, "[]", "More of \"ignore_watch\".",
                static (app, value) => Set(app, app.Spec.Watch with { IgnoreMore = value })),
            AppField.Of("followSymlinks", Kinds.Boolean, "true", "Watch folders behind symbolic links too.",
                static (app, value) => Set(app, app.Spec.Watch with { FollowsLinks = value })),
            AppField.Of("depth", Kinds.Count, "all", "Levels of folders below a watched one.",
                static (app, value) => Set(app, app.Spec.Watch with { Depth = value })),
            AppField.NotYet("cwd", Kinds.Text, "remove it: paths start from the app's \"cwd\"; write longer ones in \"watch\""),
            AppField.NoEffect("ignoreInitial", "files that are there when the app starts are no change").Unless("true"),
            AppField.NoEffect("persistent", "an app is watched as long as it is there").Unless("true"),
            AppField.NoEffect("awaitWriteFinish", Quiet).Unless("false"),
            AppField.NoEffect("atomic", Quiet).Unless("true"),
            AppField.NoEffect("ignorePermissionErrors", "a folder that cannot be read is said once").Unless("false"),
            AppField.NoEffect("disableGlobbing", "write \\*, \\? and \\[ where a path has these characters").Unless("false"),
            AppField.NoEffect("alwaysStat", "nobody sees what it would find out").Unless("false"),
            AppField.NoEffect("binaryInterval", "\"interval\" holds for all files"),
            AppField.NoEffect("useFsEvents", "that is macOS").Unless("false"),
        ])),
    ];

    static void Set(AppDraft app, WatchSpec watch) => app.Spec = app.Spec with { Watch = watch };
}
