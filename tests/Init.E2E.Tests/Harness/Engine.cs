// A real container engine for the tests that want real containers: the one that answers already, or a dockerd of our own in a temp
// folder (no bridge, no packet filter: containers run without network), ended by pid afterwards.
using System.Diagnostics;

namespace Init.E2E.Tests.Harness;

public sealed class Engine : IDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly string _folder;
    Process? _daemon;
    readonly Dictionary<string, string> _environment = [];
    readonly List<string> _containers = [];

    public Engine()
    {
        Machine.Demand(Needs.Engine);
        _folder = Directory.CreateTempSubdirectory("pminit-engine-").FullName;
        try
        {
            if (!Answers([]))
            {
                StartDaemon();
            }

            Build();
        }
        catch
        {
            Dispose(); // xunit does not dispose a fixture whose constructor threw, and the daemon would stay
            throw;
        }
    }

    static string Client => File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

    static string Image { get; } = $"pminit-e2e-{Environment.ProcessId}";

    /// <summary>Why there can be no engine, or null.</summary>
    public static string? Missing()
    {
        if (Machine.Find("docker") is null)
        {
            return "no container engine: docker is not in PATH (apt-get install docker.io)";
        }

        return Daemon() is null && !Answers([]) ? "no container engine answers and there is no dockerd that could be started (as root: apt-get install docker.io)" : null;
    }

    /// <summary>Starts a container of the scratch image with this file as its ecosystem; returns its name.</summary>
    public string Start(string ecosystem, params string[] options)
    {
        var name = $"{Image}-{_containers.Count}";
        _containers.Add(name);
        var file = Path.Combine(_folder, name + ".json");
        File.WriteAllText(file, ecosystem);
        Must(["run", "-d", "--name", name, "--network", "none", "-v", $"{file}:/ecosystem.json:ro", .. options, Image, "/ecosystem.json"]);
        return name;
    }

    /// <summary>The container's log so far, strictly JSON lines.</summary>
    internal List<LogLine> Lines(string name) =>
        [.. Must(["logs", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new LogLine(line))];

    /// <summary>Waits for a line.</summary>
    internal void WaitLine(string name, Func<LogLine, bool> condition) =>
        Assert.True(Limits.Poll(() => Lines(name).Any(condition)), $"the line did not come; the log:\n{Must(["logs", name]).Output}");

    /// <summary>Runs the client; any exit code.</summary>
    internal ClientResult Docker(params string[] arguments) => Pid1.Run([Client, .. arguments], _environment, StartLimit);

    /// <summary>Runs the client; it must succeed.</summary>
    internal ClientResult Must(params string[] arguments)
    {
        var result = Docker(arguments);
        Assert.True(result.Code == 0, $"docker {string.Join(' ', arguments)}: {result.Code}\n{result.Output}{result.Errors}");
        return result;
    }

    /// <summary>One value of `docker inspect`.</summary>
    public string Inspect(string name, string format) => Must(["inspect", "-f", format, name]).Output.Trim();

    public void Dispose()
    {
        foreach (var name in _containers)
        {
            Docker("rm", "-f", name);
        }

        Docker("rmi", "-f", Image);
        if (_daemon is not null)
        {
            _ = Sys.SendSignal(_daemon.Id, Sys.Term);
            if (!_daemon.WaitForExit(StartLimit))
            {
                _daemon.Kill(entireProcessTree: true);
            }

            _daemon.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A daemon that we may start: dockerd wants root.</summary>
    static string? Daemon() => !Environment.IsPrivilegedProcess ? null : new[] { "/usr/bin/dockerd", "/usr/sbin/dockerd" }.FirstOrDefault(File.Exists);

    static bool Answers(Dictionary<string, string> environment) =>
        Pid1.Run([Client, "version", "--format", "{{.Server.Version}}"], environment, StartLimit).Code == 0;

    void StartDaemon()
    {
        _environment["DOCKER_HOST"] = $"unix://{_folder}/docker.sock";
        var start = new ProcessStartInfo(Daemon()!,
        [
            "--data-root", $"{_folder}/data", "--exec-root", $"{_folder}/exec", "--pidfile", $"{_folder}/pid", "-H", _environment["DOCKER_HOST"],
            "--iptables=false", "--bridge=none", "--storage-driver=vfs",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        var daemon = _daemon = Process.Start(start)!;
        var log = new System.Text.StringBuilder();
        daemon.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        daemon.BeginErrorReadLine();
        daemon.BeginOutputReadLine();
        if (!Limits.Poll(() => daemon.HasExited || Answers(_environment), StartLimit) || daemon.HasExited)
        {
            throw new InvalidOperationException($"dockerd did not start:\n{log}");
        }
    }

    void Build()
    {
        var context = Directory.CreateDirectory(Path.Combine(_folder, "context")).FullName;
        File.Copy(Machine.Pminit, Path.Combine(context, "pminit"));
        File.Copy(Machine.TestWorker, Path.Combine(context, "testworker"));
        File.WriteAllText(Path.Combine(context, "Dockerfile"), """
            FROM scratch
            COPY pminit testworker /
            HEALTHCHECK --interval=1s --timeout=5s --retries=2 CMD ["/pminit", "health"]
            ENTRYPOINT ["/pminit"]
            """);
        Must(["build", "-q", "-t", Image, context]);
    }
}
