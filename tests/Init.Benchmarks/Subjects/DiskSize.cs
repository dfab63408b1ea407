namespace Init.Benchmarks.Subjects;

/// <summary>Bytes on disk: the executable, all files of its own, and those plus interpreter and shared libraries.</summary>
readonly record struct DiskSize(long ExecutableBytes, long OwnBytes, long WithRuntimeBytes);
