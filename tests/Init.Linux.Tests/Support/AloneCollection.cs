namespace Init.Linux.Tests.Support;

/// <summary>Tests beside which no other runs: they end and reap what they take for orphans, and the children of other tests would be among them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
