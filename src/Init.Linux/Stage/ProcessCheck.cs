using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Init.Core.Config;
using Init.Core.Model;
using Init.Core.Processes;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Linux.Stage;

/// <summary>
/// Settles the process settings of every app before anything starts: names become numbers by the image's /etc/passwd and /etc/group, and
/// what pminit may not do is an error. Apps that ask for nothing cost nothing: no file is read for them.
/// </summary>
public static unsafe class ProcessCheck
{
    /// <summary>The ecosystem with every app settled; errors are appended.</summary>
    public static Ecosystem Settle(Ecosystem ecosystem, string file, List<ConfigError> errors)
    {
        OwnProcess? own = null;
        AccountTable? accounts = null;
        var apps = ImmutableArray.CreateBuilder<AppSpec>(ecosystem.Apps.Length);
        foreach (var app in ecosystem.Apps)
        {
            apps.Add(app.Process == ProcessSettings.None ? app : Settle(app));
        }

        return own is null ? ecosystem : ecosystem with { Apps = apps.MoveToImmutable() };

        AppSpec Settle(AppSpec app)
        {
            own ??= ReadOwn();
            accounts ??= new AccountTable(ReadFile("/etc/passwd"), ReadFile("/etc/group"));
            var resolved = IdentityResolver.Resolve(app, accounts, own, file, errors);
            RightsRules.Check(resolved, own, file, errors);
            var limits = ImmutableArray.CreateBuilder<ResourceLimit>();
            foreach (var limit in resolved.Process.Limits)
            {
                limits.Add(RightsRules.Settle(limit, own));
            }

            return resolved with { Process = resolved.Process with { Limits = limits.DrainToImmutable() } };
        }
    }

    /// <summary>What this process is and may do.</summary>
    public static OwnProcess ReadOwn()
    {
        var soft = new ulong[Libc.RLIM_NLIMITS];
        var hard = new ulong[Libc.RLIM_NLIMITS];
        for (var resource = 0; resource < Libc.RLIM_NLIMITS; resource++)
        {
            Libc.rlimit limit;
            if (Libc.getrlimit(resource, &limit) != 0)
            {
                throw new LinuxException("getrlimit", Libc.Errno, "reading our own limits");
            }

            (soft[resource], hard[resource]) = (limit.rlim_cur, limit.rlim_max);
        }

        return new OwnProcess
        {
            Uid = Libc.geteuid(),
            Gid = Libc.getegid(),
            Groups = ReadGroups(),
            Capabilities = Capabilities(ReadText("/proc/self/status")),
            Nice = Libc.getpriority(Libc.PRIO_PROCESS, 0),
            OomScoreAdj = int.TryParse(ReadText("/proc/self/oom_score_adj").AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var score) ? score : null,
            SoftLimits = soft,
            HardLimits = hard,
            MostOpenFiles = ulong.TryParse(ReadText("/proc/sys/fs/nr_open").AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null,
        };
    }

    /// <summary>`CapEff:\t000001ffffffffff` of /proc/self/status (proc(5)).</summary>
    public static ulong? Capabilities(string status)
    {
        const string Name = "CapEff:";
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith(Name, StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(Name.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
            {
                return bits;
            }
        }

        return null;
    }

    static ImmutableArray<uint> ReadGroups()
    {
        var count = Libc.getgroups(0, null);
        var groups = new uint[Math.Max(count, 0)];
        fixed (uint* into = groups)
        {
            count = Libc.getgroups(groups.Length, into);
        }

        return count < 0 ? throw new LinuxException("getgroups", Libc.Errno, "reading our own groups") : [.. groups.AsSpan(0, count)];
    }

    static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // an image without accounts; names are then an error that says so
        }
    }

    static string ReadText(string path) => Encoding.ASCII.GetString(ProcFile.Read(path));
}
