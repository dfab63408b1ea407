namespace Init.Benchmarks;

/// <summary>One measurement did not come about (a subject that does not start, a limit that passed): the table says "failed".</summary>
sealed class BenchmarkException(string message) : Exception(message);
