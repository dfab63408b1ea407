namespace Init.Core.Logging;

/// <summary>
/// The memory that half lines of all workers may hold together. One budget is shared by all framers of the loop (one thread): a
/// thousand workers that each print 64 KiB without a newline must not grow PID 1 by 64 MiB.
/// </summary>
public sealed class LineBudget
{
    /// <summary>8 MiB.</summary>
    public const long DefaultBytes = 8 * 1024 * 1024;

    /// <param name="limitBytes">0 or more; 0 holds nothing but a cut character.</param>
    public LineBudget(long limitBytes = DefaultBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        LimitBytes = limitBytes;
    }

    /// <summary>What may be held in all.</summary>
    public long LimitBytes { get; }

    /// <summary>What is held now: sizes of arrays, not of the text in them.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Takes a share, or takes nothing.</summary>
    /// <returns>False when it would exceed the limit.</returns>
    public bool TryReserve(int bytes)
    {
        if (UsedBytes + bytes > LimitBytes)
        {
            return false;
        }

        UsedBytes += bytes;
        return true;
    }

    /// <summary>Gives a share back.</summary>
    /// <param name="bytes">What was reserved before.</param>
    public void Release(int bytes) => UsedBytes -= bytes;
}
