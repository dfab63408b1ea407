namespace Init.Benchmarks.Isolation;

/// <summary>What a tool left: its exit code and both of its output streams.</summary>
readonly record struct ToolResult(int ExitCode, string Output);
