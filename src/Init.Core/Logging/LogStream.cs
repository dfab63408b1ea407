namespace Init.Core.Logging;

/// <summary>Which of a worker's two output streams.</summary>
public enum LogStream
{
    Stdout,
    Stderr,
}
