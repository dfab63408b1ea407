using System.Collections.Immutable;
using System.Reflection;
using Init.Core.Config;
using Init.Core.Model;

namespace Init.Core.Tests.Config;

/// <summary>A property that the effective configuration leaves out would be invisible to `check --print`, and its change would not be applied.</summary>
public sealed class EffectiveConfigTests
{
    /// <summary>Another value than the default of every type that a property has. A new type needs a row.</summary>
    static readonly Dictionary<Type, object> Others = new()
    {
        [typeof(string)] = "other",
        [typeof(ReadyWhen)] = new ReadyWhen(ReadyKind.Notify),
        [typeof(int)] = 7,
        [typeof(long?)] = 7L,
        [typeof(TimeSpan)] = TimeSpan.FromSeconds(77),
        [typeof(TimeSpan?)] = TimeSpan.FromSeconds(77),
        [typeof(ImmutableArray<Dependency>)] = ImmutableArray.Create(new Dependency("db", DependencyCondition.Ready)),
        [typeof(Signal)] = Signal.Int,
        [typeof(ImmutableArray<int>)] = ImmutableArray.Create(3),
        [typeof(ImmutableArray<string>)] = ImmutableArray.Create("other"),
        [typeof(ImmutableArray<KeyValuePair<string, string>>)] = ImmutableArray.Create(KeyValuePair.Create("A", "1")),
        [typeof(EnvFilter)] = new EnvFilter { Parts = ["X"] },
        [typeof(IncrementedVariable?)] = new IncrementedVariable("PORT", 1),
        [typeof(CommandSpec)] = new CommandSpec { Program = "other" },
        [typeof(Core.Schedules.Schedule)] = Tests.Schedules.ScheduleTests.Of("@daily", "UTC"),
        [typeof(Core.Watch.WatchSpec)] = new Core.Watch.WatchSpec { Paths = ["."] },
        [typeof(ConcurrencyPolicy)] = ConcurrencyPolicy.Replace,
        [typeof(Core.Cluster.Balance)] = Core.Cluster.Balance.Shared,
        [typeof(HealthCheck)] = new HealthCheck { Kind = ProbeKind.Tcp, Port = 1 },
        [typeof(ClusterMode)] = ClusterMode.Node,
        [typeof(Surge)] = new Surge(2, false),
        [typeof(ProcessSettings)] = new ProcessSettings { NoNewPrivs = true },
    };

    public static TheoryData<string> Properties =>
        [.. typeof(AppSpec).GetProperties().Where(one => one.CanWrite).Select(one => one.Name).Except(["Name", "ScriptAt", "SecretVariables", "EqualityContract"])];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Property_MakesADifference(string name)
    {
        var property = typeof(AppSpec).GetProperty(name)!;
        var plain = new AppSpec { Name = "a", Command = new CommandSpec { Program = "a" } };
        var other = plain with { };
        object? value = property.PropertyType == typeof(bool) ? !(bool)property.GetValue(plain)!
            : Others.TryGetValue(property.PropertyType, out var found) ? found
            : throw new InvalidDataException($"no other value for {property.PropertyType} is known here");
        property.SetValue(other, value, BindingFlags.SetProperty, null, null, null);

        Assert.NotEmpty(EffectiveConfig.Differences(plain, other));
        Assert.NotEqual(Print(plain), Print(other));
        Assert.Empty(EffectiveConfig.Differences(other, other with { }));
    }

    static string Print(AppSpec app) => EffectiveConfig.Write(new Ecosystem { Apps = [app] });
}
