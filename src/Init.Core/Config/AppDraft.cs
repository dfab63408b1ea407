using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>An app while its fields come in; what depends on several fields is decided by AppBuilder when all are known.</summary>
sealed class AppDraft(ConfigContext context)
{
    public ConfigContext Context { get; } = context;

    /// <summary>Fields that stand on their own. Name and command are placeholders until the end.</summary>
    public AppSpec Spec { get; set; } = new() { Name = "", Command = new CommandSpec { Program = "" } };

    public string? Name { get; set; }

    public string? Script { get; set; }

    public ImmutableArray<string> Args { get; set; } = [];

    public string? Interpreter { get; set; }

    public ImmutableArray<string> InterpreterArgs { get; set; } = [];

    /// <summary>`append_env_to_name`.</summary>
    public bool AppendsProfile { get; set; }

    /// <summary>The chosen `env_*` object, or null. Its variables are in ProfileEnv, its nulls only here.</summary>
    public DataMember? Profile { get; set; }

    public ImmutableArray<KeyValuePair<string, string>> ProfileEnv { get; set; } = [];

    public ImmutableArray<EnvFile> EnvFiles { get; set; } = [];

    public SecretFiles SecretFiles { get; set; } = new();

    public int? Port { get; set; }

    public string? IncrementVar { get; set; }

    /// <summary>`exec_mode`, without "_mode"; null: not said.</summary>
    public string? ExecMode { get; set; }

    /// <summary>`cluster`; null: not said.</summary>
    public ClusterMode? Cluster { get; set; }

    /// <summary>`wait_ready`.</summary>
    public bool WaitsForMessage { get; set; }

    /// <summary>`cron_restart`; null: none.</summary>
    public AskedSchedule? Cron { get; set; }

    public TimeZoneInfo? CronZone { get; set; }

    /// <summary>`depends_on`, by names that are not looked up yet.</summary>
    public ImmutableArray<AskedDependency> DependsOn { get; set; } = [];

    /// <summary>`health_check`.</summary>
    public HealthDraft Health { get; } = new();

    /// <summary>User, groups, limits and the like.</summary>
    public ProcessSettings Process
    {
        get => Spec.Process;
        set => Spec = Spec with { Process = value };
    }

    /// <summary>`uid` was "user:group".</summary>
    public bool HasGroupOfUser { get; private set; }

    public void SetUser(AskedUser asked)
    {
        HasGroupOfUser = asked.Group is not null;
        Process = Process with { User = asked.User, Group = asked.Group ?? Process.Group };
    }
}

/// <summary>What belongs to no app, while it comes in.</summary>
sealed class TopDraft
{
    public GlobalSettings Settings { get; set; } = new();

    /// <summary>The value of `apps`, read after everything else.</summary>
    public DataNode? Apps { get; set; }
}
