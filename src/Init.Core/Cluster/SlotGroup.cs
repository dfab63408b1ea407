namespace Init.Core.Cluster;

/// <summary>
/// The slots that share an address: who serves, whose socket is where in the kernel's array, and what follows for new connections and for
/// those that already wait. The kernel appends a socket at listen(2); when one leaves, the last moves into the hole.
/// </summary>
public sealed class SlotGroup
{
    readonly List<int> _order = [];
    bool[] _isServing;
    int _slots;
    int _serving;

    /// <param name="slots">How many slots the app has.</param>
    public SlotGroup(int slots)
    {
        _isServing = new bool[slots];
        _slots = slots;
    }

    /// <summary>How many slots the app has; those from this number on are retired: they get nothing new, and what waits there is rescued.</summary>
    public int Slots
    {
        get => _slots;
        set
        {
            _slots = value;
            _serving = 0;
            for (var slot = 0; slot < _isServing.Length; slot++)
            {
                _serving += IsLive(slot) ? 1 : 0;
            }
        }
    }

    /// <summary>The address of a client decides which slot it meets, not chance.</summary>
    public bool IsSticky { get; init; }

    /// <summary>Somebody takes connections.</summary>
    public bool IsAnyServing => _serving > 0;

    /// <summary>The slots with a socket, as the kernel has them.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <summary>The slot's socket listens: it is the last of the array.</summary>
    public void Join(int slot) => _order.Add(slot);

    /// <summary>The slot's socket has been closed or shut down. A slot that has none is no member, and stays so.</summary>
    public void Leave(int slot)
    {
        var index = _order.IndexOf(slot);
        if (index >= 0)
        {
            _order[index] = _order[^1];
            _order.RemoveAt(_order.Count - 1);
        }
    }

    /// <summary>Some process of the slot accepts, or none does any more.</summary>
    public void SetServing(int slot, bool isServing)
    {
        if (slot >= _isServing.Length)
        {
            Array.Resize(ref _isServing, slot + 1);
        }

        _serving -= IsLive(slot) ? 1 : 0;
        _isServing[slot] = isServing;
        _serving += IsLive(slot) ? 1 : 0;
    }

    /// <summary>Nobody will take what waits there, or not soon, and somebody else can.</summary>
    public bool IsRescued(int slot) => !IsLive(slot) && IsAnyServing;

    /// <summary>Where new connections go: to the slots that serve; when none does, to all that are not retired.</summary>
    public ulong[] Steering()
    {
        var isLive = new bool[_order.Count];
        var isAnyServing = IsAnyMemberServing();
        var isAnyLive = false;
        for (var i = 0; i < isLive.Length; i++)
        {
            isLive[i] = isAnyServing ? IsLive(_order[i]) : _order[i] < Slots;
            isAnyLive |= isLive[i];
        }

        return IsSticky && isAnyLive ? StickyProgram.For(Places(isLive)) : SteeringProgram.For(isLive);
    }

    /// <summary>By slot: where its socket is, or -1 when it gets no connections.</summary>
    int[] Places(bool[] isLive)
    {
        var places = new int[Slots];
        Array.Fill(places, -1);
        for (var i = 0; i < isLive.Length; i++)
        {
            if (isLive[i])
            {
                places[_order[i]] = i;
            }
        }

        return places;
    }

    /// <summary>A slot that serves without a socket of its own (there was no room for one) is no place to steer to.</summary>
    bool IsAnyMemberServing()
    {
        foreach (var slot in _order)
        {
            if (IsLive(slot))
            {
                return true;
            }
        }

        return false;
    }

    bool IsLive(int slot) => slot < Slots && slot < _isServing.Length && _isServing[slot];
}
