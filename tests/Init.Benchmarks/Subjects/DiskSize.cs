namespace Init.Benchmarks.Subjects;

/// <summary>Bytes on disk: the program PID 1 executes (a script's interpreter), all files of its own, and both with shared libraries.</summary>
readonly record struct DiskSize(long ExecutableBytes, long OwnBytes, long WithRuntimeBytes);
