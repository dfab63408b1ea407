using System.Globalization;
using System.Text;
using Init.Linux.Runtime;

namespace Init.Linux.Limits;

/// <summary>
/// The cgroup that counts our memory, version 1 or 2. Inside a container it is what /sys/fs/cgroup shows as the root, or the path that /proc/self/cgroup
/// names below it. Its limit is the smallest of its own and those of its parents, as far as we may see them.
/// What cannot be read is null: nothing is claimed of it.
/// </summary>
public sealed class MemoryCgroup
{
    /// <summary>cgroup v1 writes "no limit" as a number near 2^63.</summary>
    const long NoLimit = 1L << 60;

    readonly string _own;

    /// <summary>Whose limit is the smallest: its usage is what counts.</summary>
    readonly string _limiting;

    MemoryCgroup(string own, string limiting, bool isV2)
    {
        _own = own;
        _limiting = limiting;
        IsV2 = isV2;
    }

    /// <summary>Whether the unified hierarchy has the memory controller.</summary>
    public bool IsV2 { get; }

    /// <summary>Ours; null where no memory controller is to be seen.</summary>
    public static MemoryCgroup? Find() => Find("/sys/fs/cgroup", ReadText("/proc/self/cgroup"));

    /// <param name="root">Where cgroups are mounted.</param>
    /// <param name="membership">/proc/self/cgroup: a line "4:memory:/path" (version 1) or "0::/path" (version 2).</param>
    public static MemoryCgroup? Find(string root, string membership)
    {
        var (v1, v2) = ("", "");
        foreach (var line in membership.Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[0] == "0" && parts[1].Length == 0)
            {
                v2 = parts[2];
            }
            else if (parts.Length == 3 && Array.IndexOf(parts[1].Split(','), "memory") >= 0)
            {
                v1 = parts[2];
            }
        }

        return v1.Length > 0 ? Find(root + "/memory", v1, isV2: false)
            : Find(root, v2, isV2: true) ?? Find(root + "/memory", "", isV2: false);
    }

    /// <summary>Bytes, more than 0; null: no limit.</summary>
    public long? ReadLimit() => LimitOf(_limiting, IsV2);

    /// <summary>How many processes of our own cgroup the kernel has killed because memory had run out, since the cgroup was made.</summary>
    public long? ReadOomKills() => Field(ReadText(KillsPath), "oom_kill");

    /// <summary>The file that has the count of those kills.</summary>
    public string KillsPath => _own + (IsV2 ? "/memory.events" : "/memory.oom_control");

    /// <summary>Version 1 only: where one asks to be told of what <see cref="KillsPath"/> is about.</summary>
    public string EventControlPath => _own + "/cgroup.event_control";

    /// <summary>A file of the cgroup whose limit counts.</summary>
    public string PathOf(string file) => _limiting + "/" + file;

    /// <summary>The number on the line "NAME NUMBER"; null when there is none.</summary>
    public static long? Field(string text, string name)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }

    internal static string ReadText(string path) => Encoding.ASCII.GetString(ProcFile.Read(path));

    static MemoryCgroup? Find(string mount, string path, bool isV2)
    {
        // Without a cgroup namespace the path is the host's, of which a container sees only its own part, as the root; ".." leads out of a namespace.
        var own = mount + path.TrimEnd('/');
        if (path.Contains("/..", StringComparison.Ordinal) || !Exists(own, isV2))
        {
            own = mount;
        }

        if (!Exists(own, isV2))
        {
            return null;
        }

        var (limiting, limit) = (own, long.MaxValue);
        for (var folder = own; folder.Length >= mount.Length; folder = folder[..folder.LastIndexOf('/')])
        {
            if (LimitOf(folder, isV2) is { } bytes && bytes < limit)
            {
                (limiting, limit) = (folder, bytes);
            }
        }

        return new MemoryCgroup(own, limiting, isV2);
    }

    static bool Exists(string folder, bool isV2) => !ProcFile.Read(folder + (isV2 ? "/memory.events" : "/memory.limit_in_bytes")).IsEmpty;

    static long? LimitOf(string folder, bool isV2) =>
        MemoryLimit.Bytes(ReadText(folder + (isV2 ? "/memory.max" : "/memory.limit_in_bytes"))) is { } bytes && bytes < NoLimit ? bytes : null;
}
