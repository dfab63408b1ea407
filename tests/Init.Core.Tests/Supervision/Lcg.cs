namespace Init.Core.Tests.Supervision;

/// <summary>A small generator whose sequence is the same on every runtime (Knuth's MMIX constants, high bits used).</summary>
sealed class Lcg(int seed)
{
    ulong _state = ((ulong)seed * 2654435761) + 12345;

    /// <summary>0..limit-1.</summary>
    public int Below(int limit)
    {
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return (int)((_state >> 33) % (ulong)limit);
    }
}
