namespace Init.Core.Cluster;

/// <summary>A process that is passed connections, for all its servers together.</summary>
public class RotaMember
{
    /// <summary>Connections that were passed to it and not answered yet.</summary>
    public int Unanswered { get; internal set; }

    /// <summary>One was answered, or will never be.</summary>
    public void Answered() => Unanswered--;
}

/// <summary>
/// Who gets the next connection of one listener: each of those who serve in turn. One that does not answer is passed over when so many are on their way to it,
/// and comes first when it answers: so nobody who keeps up gets more than one more than another.
/// </summary>
/// <param name="window">How many may be on their way to a process; 1 or more.</param>
public sealed class ConnectionRota(int window)
{
    /// <summary>Whose turn it is stands first.</summary>
    readonly List<RotaMember> _members = [];

    /// <summary>How many serve.</summary>
    public int Count => _members.Count;

    /// <summary>From now on it serves; it is last in turn.</summary>
    public void Join(RotaMember member)
    {
        if (!_members.Contains(member))
        {
            _members.Add(member);
        }
    }

    /// <summary>It serves no longer.</summary>
    public void Leave(RotaMember member) => _members.Remove(member);

    /// <summary>Who gets the next one, which is counted as unanswered.</summary>
    /// <param name="refused">Those who have refused this one already.</param>
    /// <returns>Null when none of the others has room.</returns>
    public RotaMember? Next(List<RotaMember>? refused = null)
    {
        for (var i = 0; i < _members.Count; i++)
        {
            var member = _members[i];
            if (member.Unanswered < window && refused?.Contains(member) != true)
            {
                _members.RemoveAt(i);
                _members.Add(member);
                member.Unanswered++;
                return member;
            }
        }

        return null;
    }

    /// <summary>All who serve are among these.</summary>
    public bool IsExhausted(List<RotaMember> refused)
    {
        foreach (var member in _members)
        {
            if (!refused.Contains(member))
            {
                return false;
            }
        }

        return _members.Count > 0;
    }
}
