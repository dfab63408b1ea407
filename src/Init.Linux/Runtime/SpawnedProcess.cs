using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Ipc;
using Init.Linux.Readiness;

namespace Init.Linux.Runtime;

/// <summary>A worker's process and our ends of what it was given. Each end belongs to who takes it up.</summary>
public sealed class SpawnedProcess : IDisposable
{
    static readonly Fd None = new(-1);

    /// <summary>The process; 0 until there is one.</summary>
    public int Pid { get; internal set; }

    /// <summary>The program, for messages.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>What people should know about this start; null: nothing.</summary>
    public string? Warning { get; internal set; }

    /// <summary>Its standard output.</summary>
    public Fd Output { get; internal set; } = None;

    /// <summary>Its standard error.</summary>
    public Fd Error { get; internal set; } = None;

    /// <summary>Where it writes that it is ready (`{fd: n}`); else null.</summary>
    public Fd? Ready { get; internal set; }

    /// <summary>Its NOTIFY_SOCKET; else null.</summary>
    internal NotifySocket? Notify { get; set; }

    /// <summary>Its NODE_CHANNEL_FD; else null.</summary>
    public IpcChannel? Channel { get; internal set; }

    /// <summary>The status pipe of the exec stage; null when the program runs already.</summary>
    public Fd? Stage { get; internal set; }

    /// <summary>Something the app needs could not be made.</summary>
    internal bool LacksPipe(AppSpec spec) => Output.Number < 0 || Error.Number < 0
        || (Ready is null && spec.ReadyWhen.Kind == ReadyKind.Descriptor) || (Stage is null && spec.Process.NeedsStage)
        || (Notify is null && spec.Notifies);

    /// <summary>Lets go of everything; for a process that did not come to be.</summary>
    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
        Ready?.Dispose();
        Notify?.Dispose();
        Channel?.Dispose();
        Stage?.Dispose();
    }
}
