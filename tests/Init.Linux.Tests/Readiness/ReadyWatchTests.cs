using System.Text;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;
using Init.Linux.Interop;
using Init.Linux.Loop;
using Init.Linux.Readiness;
using Init.Linux.Runtime;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Readiness;

/// <summary>Who is heard, and what of it. Root may send in the name of any process that exists, which is how senders are made here.</summary>
public sealed unsafe class ReadyWatchTests : IDisposable
{
    const uint Other = 65534;

    static readonly WorkerId Api = new("api", 0);

    static readonly Spawner Spawner = new(Inherited.FromRuntime([]));

    readonly EventLoop _loop = new();
    readonly EventQueue _queue = new();
    readonly List<LogEvent> _said = [];
    readonly ReadyWatch _watch;

    public ReadyWatchTests() => _watch = new ReadyWatch(_loop, _queue, _said.Add);

    public void Dispose()
    {
        _watch.Clusters.Dispose();
        _loop.Dispose();
    }

    [RequiresFact(Need.Root)]
    public void Worker_AndItsChildren_AreHeard()
    {
        using var worker = Start("sleep 1000 & echo $!; exec sleep 1000");
        var child = worker.ReadPid();
        Send(worker, worker.Pid, 0, "READY=1");
        Send(worker, child, Other, "STATUS=fine\nnonsense\n=\nUNKNOWN=1"); // it lives: its user does not matter
        Assert.Equal(["ReadyReceived", "Described"], Heard());
        Assert.Empty(_said);
    }

    [RequiresFact(Need.Root)]
    public void Orphan_IsHeard_ByItsMark()
    {
        using var mine = Child.Marked(Api, 1, Daemons.Orphan + "exec sleep 1000");
        using var others = Child.Marked(Api, 2, Daemons.Orphan + "exec sleep 1000");
        using var worker = Start("exec sleep 1000");
        Send(worker, OrphanOf(mine), Other, "READY=1");
        Send(worker, OrphanOf(others), 0, "READY=1");
        Assert.Equal(["ReadyReceived"], Heard());
        Assert.Contains("it is no process of this worker", Assert.Single(_said).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Root)]
    public void LivingLiar_IsNotHeard()
    {
        using var worker = Start("exec sleep 1000");
        using var liar = Child.Shell("exec sleep 1000");
        Send(worker, liar.Pid, 0, "READY=1");
        Send(worker, Environment.ProcessId, 0, "STOPPING=1");
        Assert.Empty(Heard());
        Assert.Equal(2, _said.Count);
    }

    [RequiresTheory(Need.Root)]
    [InlineData(0, true)]
    [InlineData(1000, true)]
    [InlineData(65534, false)]
    public void EndedSender_IsHeard_WhenItsUserIsTheWorkers(uint uid, bool isHeard)
    {
        using var worker = Start("exec sleep 1000", uid: 1000);
        SendAsEnded(worker, uid, "READY=1");
        Assert.Equal(isHeard ? ["ReadyReceived"] : [], Heard());
        Assert.True(isHeard ? _said.Count == 0 : _said.Single().Message.Contains("user 65534 is not the worker's", StringComparison.Ordinal));
        Assert.All(_said, said => Assert.Equal((EventName.Warning, Api), (said.Name, said.Worker)));
    }

    [RequiresFact(Need.Root)]
    public void EndedSender_IsHeard_WhenTheWorkerHasBecomeItsUser()
    {
        using var worker = Start("echo there; exec setpriv --reuid 65534 --clear-groups sleep 1000");
        Assert.Equal("there", worker.ReadLine());
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{worker.Pid}/status").Contains("Uid:\t65534", StringComparison.Ordinal), Bounded.Patience));
        SendAsEnded(worker, Other, "READY=1");
        Assert.Equal(["ReadyReceived"], Heard());
    }

    [RequiresFact(Need.Root)]
    public void LastWords_AreHeard_AndNothingAfter()
    {
        using var worker = Start("exec sleep 1000");
        var name = worker.Process.Notify!.Name;
        Send(worker, worker.Pid, 0, "STOPPING=1");
        _watch.Ended(worker.Pid);
        Assert.Equal(["StoppingItself"], Heard());
        Assert.False(TrySend(name, worker.Pid, 0, "READY=1"));
    }

    [Fact]
    public void Names_AreNotAlike()
    {
        using var one = NotifySocket.TryMake()!;
        using var two = NotifySocket.TryMake()!;
        Assert.Matches("^@pminit-[0-9a-f]{32}$", one.Name);
        Assert.NotEqual(one.Name, two.Name);
    }

    [Theory]
    [InlineData("\n", 1)]
    [InlineData("ready\nready\n", 1)]
    [InlineData("ready", 0)]
    [InlineData("", 0)]
    public void Descriptor_IsReadToItsFirstNewline_AndClosed(string written, int ready)
    {
        var heard = 0;
        var pipe = Pipe.Open(Libc.O_NONBLOCK);
        using var ours = new ReadyPipe(_loop, pipe.Read, () => heard++);
        ours.Watch();
        if (written.Length > 0)
        {
            pipe.Put(written);
        }

        pipe.Write.Dispose();
        Bounded.TurnUntil(_loop, () => pipe.Read.Number < 0);
        Assert.Equal(ready, heard);
    }

    Child Start(string script, uint? uid = null)
    {
        var settings = uid is null ? ProcessSettings.None : new ProcessSettings { Identity = ProcessIdentity.Same with { Uid = uid } };
        var spec = new AppSpec { Name = "api", Command = new CommandSpec { Program = "/bin/sh", Args = ["-c", script] }, ReadyWhen = new ReadyWhen(ReadyKind.Notify) };
        var worker = Child.Start(Spawner, spec);
        _watch.Attach(worker.Process, Api, 1, spec with { Process = settings }); // the process itself needs no stage for that
        return worker;
    }

    static int OrphanOf(Child leader)
    {
        var pid = leader.ReadPid();
        Daemons.WaitOrphaned(pid);
        return pid;
    }

    /// <summary>It is a zombie when it sends, and gone when somebody looks.</summary>
    static void SendAsEnded(Child worker, uint uid, string text)
    {
        using var sender = Child.Shell("exit 0");
        sender.WaitEnd();
        Send(worker, sender.Pid, uid, text);
        sender.Reap();
    }

    static void Send(Child worker, int pid, uint uid, string text) => Assert.True(TrySend(worker.Process.Notify!.Name, pid, uid, text));

    static bool TrySend(string name, int pid, uint uid, string text)
    {
        using var socket = new Fd(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0));
        var address = new Libc.sockaddr_storage { ss_family = Libc.AF_UNIX };
        for (var i = 1; i < name.Length; i++)
        {
            address.rest[i] = (byte)name[i];
        }

        var control = stackalloc ulong[4];
        *(Libc.cmsghdr*)control = new Libc.cmsghdr { cmsg_len = (nuint)(sizeof(Libc.cmsghdr) + sizeof(Libc.ucred)), cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_CREDENTIALS };
        *(Libc.ucred*)(control + 2) = new Libc.ucred { pid = pid, uid = uid, gid = uid };
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            var part = new Libc.iovec { iov_base = (nint)start, iov_len = (nuint)bytes.Length };
            var message = new Libc.msghdr
            {
                msg_name = (nint)(&address),
                msg_namelen = (uint)(sizeof(ushort) + name.Length),
                msg_iov = (nint)(&part),
                msg_iovlen = 1,
                msg_control = (nint)control,
                msg_controllen = (nuint)(sizeof(Libc.cmsghdr) + 16),
            };
            return TestLibc.sendmsg(socket.Number, &message, 0) == bytes.Length;
        }
    }

    List<string> Heard()
    {
        Bounded.Turn(_loop);
        var heard = new List<string>();
        while (_queue.TryTake(out var e))
        {
            var told = Assert.IsType<SupervisorEvent.ToWorker>(e);
            Assert.Equal(Api, told.Worker);
            heard.Add(told.Event.GetType().Name);
        }

        return heard;
    }
}
