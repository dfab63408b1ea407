using System.Globalization;

namespace Init.Core.Model;

/// <summary>Where `pid_file` is.</summary>
public static class PidFile
{
    /// <summary>
    /// The path of one instance, relative ones from the app's working directory (as in pm2). The only instance has the path of the file as it stands; of several
    /// each has its number in it, before the extension: app.pid, app-1.pid. (pm2 always writes a number there, that over all apps.)
    /// </summary>
    /// <param name="spec">The app.</param>
    /// <param name="index">Which instance.</param>
    /// <returns>Null when the app has none.</returns>
    public static string? PathOf(AppSpec spec, int index)
    {
        if (spec.PidFile is not { } path)
        {
            return null;
        }

        if (spec.Instances > 1)
        {
            var dot = path.LastIndexOf('.');
            var at = dot > path.LastIndexOf('/') + 1 ? dot : path.Length;
            path = path.Insert(at, "-" + index.ToString(CultureInfo.InvariantCulture));
        }

        return spec.Cwd is null ? path : Path.Combine(spec.Cwd, path);
    }
}
