using System.Globalization;
using System.Text;
using Init.Core.Model;

namespace Init.Core.Processes;

/// <summary>One line of /etc/passwd (passwd(5)).</summary>
public sealed record UserEntry(string Name, uint Uid, uint Gid, string Home);

/// <summary>One line of /etc/group (group(5)).</summary>
public sealed record GroupEntry(string Name, uint Gid, string[] Members);

/// <summary>
/// The image's accounts, read from the text of its two files: a static binary has no NSS, and a container has no other source. The first
/// of two entries with one name or number counts, as for getpwnam(3). Lines that are no entry are passed over.
/// </summary>
public sealed class AccountTable
{
    readonly List<UserEntry> _users = [];
    readonly List<GroupEntry> _groups = [];

    /// <param name="passwd">Content of /etc/passwd; null when there is none.</param>
    /// <param name="group">Content of /etc/group; null when there is none.</param>
    public AccountTable(byte[]? passwd, byte[]? group)
    {
        HasUsers = passwd is not null;
        HasGroups = group is not null;
        foreach (var fields in Lines(passwd, 6))
        {
            if (IsId(fields[2], out var uid) && IsId(fields[3], out var gid))
            {
                _users.Add(new UserEntry(fields[0], uid, gid, fields[5]));
            }
        }

        foreach (var fields in Lines(group, 3))
        {
            if (IsId(fields[2], out var gid))
            {
                _groups.Add(new GroupEntry(fields[0], gid, fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : []));
            }
        }
    }

    /// <summary>There is an /etc/passwd.</summary>
    public bool HasUsers { get; }

    /// <summary>There is an /etc/group.</summary>
    public bool HasGroups { get; }

    /// <summary>Names of all users.</summary>
    public IEnumerable<string> UserNames => _users.Map(static user => user.Name);

    /// <summary>Names of all groups.</summary>
    public IEnumerable<string> GroupNames => _groups.Map(static group => group.Name);

    /// <summary>The user of this name, or null.</summary>
    public UserEntry? User(string name) => _users.Find(user => user.Name == name);

    /// <summary>The user of this number, or null.</summary>
    public UserEntry? User(uint uid) => _users.Find(user => user.Uid == uid);

    /// <summary>The group of this name, or null.</summary>
    public GroupEntry? Group(string name) => _groups.Find(group => group.Name == name);

    /// <summary>The groups that list this user as a member.</summary>
    public IEnumerable<GroupEntry> GroupsOf(string user) => _groups.FindAll(group => Array.IndexOf(group.Members, user) >= 0);

    static IEnumerable<string[]> Lines(byte[]? content, int fewest)
    {
        foreach (var line in Encoding.UTF8.GetString(content ?? []).Split('\n'))
        {
            // "+" and "-" begin the entries of NIS.
            var fields = line.TrimEnd('\r').Split(':');
            if (fields.Length >= fewest && fields[0].Length > 0 && fields[0][0] is not ('#' or '+' or '-'))
            {
                yield return fields;
            }
        }
    }

    static bool IsId(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
}
