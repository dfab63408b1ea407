using Init.Linux.Interop;

namespace Init.Linux.Stage;

/// <summary>A pipe from a worker to us, both ends close-on-exec.</summary>
sealed unsafe class WorkerPipe
{
    WorkerPipe(int read, int write)
    {
        Read = new Fd(read);
        Write = new Fd(write);
    }

    /// <summary>Our end; does not block.</summary>
    public Fd Read { get; }

    /// <summary>The worker's end.</summary>
    public Fd Write { get; }

    /// <summary>Null when there are no descriptors left; errno says so.</summary>
    public static WorkerPipe? TryMake()
    {
        var ends = stackalloc int[2];
        if (Libc.pipe2(ends, Libc.O_CLOEXEC) != 0)
        {
            return null;
        }

        // Only our end: O_NONBLOCK belongs to the open file, and the worker's end is another one.
        _ = Libc.fcntl(ends[0], Libc.F_SETFL, Libc.O_NONBLOCK);
        return new WorkerPipe(ends[0], ends[1]);
    }

    public void DisposeBoth()
    {
        Read.Dispose();
        Write.Dispose();
    }
}
