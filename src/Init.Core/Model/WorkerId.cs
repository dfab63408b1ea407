using System.Globalization;

namespace Init.Core.Model;

/// <summary>Names one worker slot for as long as its app exists; processes come and go in it.</summary>
/// <param name="App">The app's name, unique in the ecosystem.</param>
/// <param name="Index">0-based instance number.</param>
public readonly record struct WorkerId(string App, int Index)
{
    /// <summary>"api/2".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{App}/{Index}");
}
