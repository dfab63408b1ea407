using System.Globalization;

namespace Init.Core.Model;

/// <summary>How many at a time (`max_surge`): a number, or a part of the instances, as in Kubernetes.</summary>
/// <param name="Number">1 or more; a percentage at most 100.</param>
/// <param name="IsPercent">It is a percentage of the instances, rounded up.</param>
public readonly record struct Surge(int Number, bool IsPercent)
{
    /// <summary>One after the other.</summary>
    public static readonly Surge One = new(1, false);

    /// <summary>What it comes to; 1 or more.</summary>
    /// <param name="instances">All instances of the app.</param>
    public int Of(int instances) => Math.Max(1, IsPercent ? (int)(((long)instances * Number + 99) / 100) : Number);

    /// <summary>As it is written in a file.</summary>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture) + (IsPercent ? "%" : "");
}
