namespace Init.Core.Model;

/// <summary>A variable that counts up per instance (pm2: `increment_var`).</summary>
/// <param name="Name">A valid name.</param>
/// <param name="Base">Value in instance 0; at most 2^53 from zero.</param>
public readonly record struct IncrementedVariable(string Name, long Base);
