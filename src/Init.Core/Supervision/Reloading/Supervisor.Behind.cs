using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Supervision;

/// <summary>
/// Instances that run by older settings than those of the file: a reload is to bring the new ones (`Slot.IsBehind`), and may fail. Reading the file once more tries it again, also
/// when the file is the same; and when it has got the older settings back, those instances need no other process.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>What becomes of the apps if this is the file.</summary>
    public EcosystemChange ChangeTo(Ecosystem now)
    {
        var change = EcosystemChange.Between(_ecosystem, now);
        var wanted = now.AppsByName();
        var apps = ImmutableArray.CreateBuilder<AppChange>();
        foreach (var one in change.Apps)
        {
            var isReloaded = one.Kind == AppChangeKind.Reloaded && _slots.Exists(slot => slot.Worker.App == one.App && !slot.IsLeaving && !IsBackAt(slot, wanted[one.App]));
            apps.Add(one.Kind == AppChangeKind.Reloaded && !isReloaded ? one with { Kind = AppChangeKind.Adjusted } : one);
        }

        foreach (var app in now.Apps)
        {
            var isBegun = change.Apps.Has(one => one.App == app.Name && one.Kind is AppChangeKind.Reloaded or AppChangeKind.Restarted);
            if (!isBegun && _slots.Exists(slot => slot.Worker.App == app.Name && IsLeftBehind(slot)))
            {
                apps.Add(new AppChange(app.Name, AppChangeKind.Retried, []));
            }
        }

        return change with { Apps = apps.ToImmutable() };
    }

    /// <summary>The reload that was to bring it the file's settings has failed.</summary>
    static bool IsLeftBehind(Slot slot) => slot is { IsBehind: true, IsReplacing: false, IsLeaving: false };

    /// <summary>It was left behind, and these are the settings that its process has.</summary>
    static bool IsBackAt(Slot slot, AppSpec app) => IsLeftBehind(slot) && !EcosystemChange.IsNoticed(slot.Spec, app);

    void RetryReloads(EcosystemChange change)
    {
        foreach (var slot in _slots)
        {
            if (IsLeftBehind(slot) && change.Apps.Has(one => one.App == slot.Worker.App && one.Kind == AppChangeKind.Retried))
            {
                Enqueue(slot);
            }
        }
    }
}
