namespace Init.Core.Model;

/// <summary>How a process ended. A death by signal is never confused with an exit code (pm2 records it as code 0).</summary>
public readonly record struct ExitStatus
{
    ExitStatus(int value, bool signalled, bool coreDumped)
    {
        Value = value;
        IsSignal = signalled;
        CoreDumped = coreDumped;
    }

    /// <summary>The exit code 0..255, or the number of the signal that killed the process.</summary>
    public int Value { get; }

    /// <summary>True when <see cref="Value"/> is a signal number.</summary>
    public bool IsSignal { get; }

    /// <summary>True when the kernel wrote a core dump (CLD_DUMPED, waitid(2)).</summary>
    public bool CoreDumped { get; }

    /// <summary>The kernel's OOM killer sent the signal.</summary>
    public bool IsOutOfMemory { get; private init; }

    /// <summary>The container's memory limit when it did; 0 when there is none (the machine's memory had run out), and for every other end.</summary>
    public long MemoryLimitBytes { get; private init; }

    /// <summary>What a shell would report: the code, or 128 + the signal number.</summary>
    public int ShellCode => IsSignal ? 128 + Value : Value;

    /// <summary>True for exit code 0 and nothing else.</summary>
    public bool IsSuccess => !IsSignal && Value == 0;

    /// <summary>The process called exit.</summary>
    /// <param name="code">0..255; higher bits are cut, as the kernel does.</param>
    public static ExitStatus Exited(int code) => new(code & 0xff, false, false);

    /// <summary>The process was killed by a signal.</summary>
    /// <param name="signal">Signal number, 1..64.</param>
    /// <param name="coreDumped">Whether a core dump was written.</param>
    public static ExitStatus Signalled(int signal, bool coreDumped = false) => new(signal, true, coreDumped);

    /// <summary>The process was killed by the kernel because memory had run out.</summary>
    /// <param name="limitBytes">The container's limit; 0: there is none.</param>
    public static ExitStatus OutOfMemory(long limitBytes) => new(9, true, false) { IsOutOfMemory = true, MemoryLimitBytes = limitBytes };

    /// <summary>"code 3" or "signal SIGKILL", for messages.</summary>
    public override string ToString() => IsSignal
        ? $"signal {new Signal(Value)}{(CoreDumped ? " (core dumped)" : IsOutOfMemory ? " (out of memory)" : "")}"
        : $"code {Value}";
}
