namespace Init.Benchmarks.Isolation;

/// <summary>Resident, proportional and private dirty memory in kB.</summary>
readonly record struct MemoryUse(long RssKb, long PssKb, long PrivateDirtyKb)
{
    public static MemoryUse operator +(MemoryUse a, MemoryUse b) =>
        new(a.RssKb + b.RssKb, a.PssKb + b.PssKb, a.PrivateDirtyKb + b.PrivateDirtyKb);
}
