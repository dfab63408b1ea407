using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Interop;

/// <summary>
/// Every public constant and struct of <see cref="Libc"/> against the C compiler's own headers. A new constant or field is in the test by
/// being there; one that C does not have must be named in the lists below.
/// </summary>
public unsafe class AbiTests
{
    const string Headers = """
        #define _GNU_SOURCE
        #include <dirent.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <grp.h>
        #include <limits.h>
        #include <linux/filter.h>
        #include <netinet/in.h>
        #include <poll.h>
        #include <sched.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/auxv.h>
        #include <sys/epoll.h>
        #include <sys/inotify.h>
        #include <sys/eventfd.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/signalfd.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/time.h>
        #include <sys/timerfd.h>
        #include <sys/types.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """;

    /// <summary>Constants that are ours: the assertion says what they promise.</summary>
    static readonly Dictionary<string, string> OwnConstants = new()
    {
        ["SpawnObjectSize"] = "sizeof(posix_spawnattr_t) <= {0} && sizeof(posix_spawn_file_actions_t) <= {0}",
        ["DirentNameOffset"] = "offsetof(struct dirent64, d_name) == {0}",
        ["DirentLengthOffset"] = "offsetof(struct dirent64, d_reclen) == {0} && sizeof(((struct dirent64 *)0)->d_reclen) == 2",
        ["SigactionSize"] = "sizeof(struct sigaction) <= {0} && offsetof(struct sigaction, sa_handler) == 0",
        ["SignalfdSiginfoSize"] = "sizeof(struct signalfd_siginfo) == {0} && offsetof(struct signalfd_siginfo, ssi_signo) == 0",
        ["UnixPathCapacity"] = "sizeof(((struct sockaddr_un *)0)->sun_path) == {0}",
        ["DirentType"] = "offsetof(struct dirent, d_type) == {0} && sizeof(((struct dirent *)0)->d_type) == 1",
        ["DirentName"] = "offsetof(struct dirent, d_name) == {0}",
        ["SIG_DFL"] = "(long)SIG_DFL == {0}",
        ["SIG_IGN"] = "(long)SIG_IGN == {0}",
    };

    static readonly Dictionary<string, string> TypeNames = new()
    {
        ["statx_t"] = "struct statx",
        ["siginfo_t"] = "siginfo_t",
        ["sigset_t"] = "sigset_t",
    };

    /// <summary>Fields that stand for the inside of an opaque type.</summary>
    static readonly string[] OwnFields = ["sigset_t.bits", "sockaddr_storage.rest"];

    /// <summary>What code relies on without a name of its own: Net/Addresses, EventLoop, and the types of arguments.</summary>
    static readonly string[] Layouts =
    [
        "sizeof(struct sockaddr_in) == 16",
        "offsetof(struct sockaddr_in, sin_port) == 2",
        "offsetof(struct sockaddr_in, sin_addr) == 4",
        "sizeof(struct sockaddr_in6) == 28",
        "offsetof(struct sockaddr_in6, sin6_port) == 2",
        "offsetof(struct sockaddr_in6, sin6_addr) == 8",
        "offsetof(struct sockaddr_in6, sin6_scope_id) == 24",
        "offsetof(struct sockaddr_un, sun_path) == 2",
        "offsetof(struct epoll_event, events) == 0",
        "sizeof(((struct epoll_event *)0)->data) == 8",
        "sizeof(((struct signalfd_siginfo *)0)->ssi_signo) == 4",
        "AT_EMPTY_PATH == 0x1000",
        "PIPE_BUF == 4096",
        "sizeof(pid_t) == 4",
        "sizeof(id_t) == 4",
        "sizeof(idtype_t) == 4",
        "sizeof(mode_t) == 4",
        "sizeof(uid_t) == 4",
        "sizeof(socklen_t) == 4",
        "sizeof(size_t) == sizeof(void *)",
        "sizeof(nfds_t) == sizeof(void *)",
        "sizeof(ssize_t) == sizeof(void *)",
    ];

    [RequiresFact(Need.Compiler)]
    public void Libc_AgreesWithTheCompiler() => Assert.Equal("", Complaints(Program()));

    /// <summary>Proves that the proof can fail.</summary>
    [RequiresFact(Need.Compiler)]
    public void Compiler_Complains_WhenAConstantIsWrong() =>
        Assert.Contains("wrong on purpose", Complaints(Headers + "_Static_assert(EPERM == 2, \"wrong on purpose\");\n"));

    [Fact]
    public void OwnNames_AreStillThere()
    {
        var constants = Constants().Select(field => field.Name).ToHashSet();
        Assert.All(OwnConstants.Keys, name => Assert.Contains(name, constants));
        var fields = Structs().SelectMany(type => Fields(type).Select(field => $"{type.Name}.{field.Name}")).ToHashSet();
        Assert.All(OwnFields, name => Assert.Contains(name, fields));
    }

    static string Program()
    {
        var text = new StringBuilder(Headers);
        foreach (var constant in Constants())
        {
            var value = Convert.ToInt64(constant.GetRawConstantValue(), CultureInfo.InvariantCulture);
            var condition = OwnConstants.TryGetValue(constant.Name, out var own)
                ? string.Format(CultureInfo.InvariantCulture, own, value)
                : $"(long long)({constant.Name}) == {value}LL";
            Append(text, condition, constant.Name);
        }

        Append(text, $"sizeof(struct epoll_event) == {Libc.EpollEventSize}", "EpollEventSize");
        Append(text, $"offsetof(struct epoll_event, data) == {Libc.EpollDataOffset}", "EpollDataOffset");
        foreach (var type in Structs())
        {
            var name = TypeNames.GetValueOrDefault(type.Name, "struct " + type.Name);
            Append(text, $"sizeof({name}) == {SizeOf(type)}", name);
            foreach (var field in Fields(type).Where(field => !OwnFields.Contains($"{type.Name}.{field.Name}")))
            {
                Append(text, $"offsetof({name}, {field.Name}) == {OffsetOf(type, field)}", $"{name}.{field.Name} offset");
                Append(text, $"sizeof((({name} *)0)->{field.Name}) == {SizeOf(field.FieldType)}", $"{name}.{field.Name} size");
            }
        }

        foreach (var layout in Layouts)
        {
            Append(text, layout, layout);
        }

        return text.ToString();
    }

    static void Append(StringBuilder text, string condition, string message) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert({condition}, \"{message}: {condition}\");");

    static IEnumerable<FieldInfo> Constants() =>
        typeof(Libc).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);

    static IEnumerable<Type> Structs() => typeof(Libc).GetNestedTypes(BindingFlags.Public).Where(type => type.IsValueType && !type.IsEnum);

    static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>Where the bytes of a field are: they alone are set in an otherwise empty struct.</summary>
    static int OffsetOf(Type type, FieldInfo field)
    {
        var value = Activator.CreateInstance(field.FieldType)!;
        var whole = Activator.CreateInstance(type)!;
        WithBytes(value, bytes => bytes.Fill(0xff));
        field.SetValue(whole, value);
        var offset = -1;
        WithBytes(whole, bytes => offset = bytes.IndexOf((byte)0xff));
        return offset;
    }

    static void WithBytes(object boxed, Action<Span<byte>> use)
    {
        var pin = GCHandle.Alloc(boxed, GCHandleType.Pinned);
        use(new Span<byte>((void*)pin.AddrOfPinnedObject(), SizeOf(boxed.GetType())));
        pin.Free();
    }

    /// <summary>What the compiler has to say; nothing when every assertion holds.</summary>
    static string Complaints(string program)
    {
        using var folder = new TempFolder();
        var source = folder.Write("abi.c", program, executable: false);
        using var compiler = Child.Start("/bin/sh", "-c", "\"$0\" -fsyntax-only -w \"$1\" 2>&1", Needs.Compiler!, source);
        var said = compiler.ReadToEnd();
        var status = compiler.Reap();
        Assert.True(status.IsSuccess == (said.Length == 0), $"{status}: {said}");
        return said;
    }
}
