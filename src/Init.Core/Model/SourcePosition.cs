using System.Globalization;

namespace Init.Core.Model;

/// <summary>A place in a configuration file.</summary>
/// <param name="Line">1-based; 0 means unknown.</param>
/// <param name="Column">1-based, counted in Unicode scalar values (a tab is one); 0 means unknown.</param>
public readonly record struct SourcePosition(int Line, int Column)
{
    /// <summary>"12:5", or empty when unknown.</summary>
    public override string ToString() => Line == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
}
