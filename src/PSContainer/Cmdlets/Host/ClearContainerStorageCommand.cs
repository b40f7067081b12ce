using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Formats;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Containers;
using PSContainer.Engine.State;
using PSContainer.Engine.Storage;

namespace PSContainer.Cmdlets.Host;

/// <summary>Clear-ContainerStorage: removes what nobody uses, and returns what that was; docker system prune.</summary>
[Cmdlet(VerbsCommon.Clear, "ContainerStorage", SupportsShouldProcess = true)]
[OutputType(typeof(Unused))]
public sealed class ClearContainerStorageCommand : ImageCmdlet
{
    /// <summary>Containers that have ended, or never ran, as well.</summary>
    [Parameter]
    public SwitchParameter StoppedContainer { get; set; }

    /// <summary>Images that no container uses as well, also where they have names.</summary>
    [Parameter]
    public SwitchParameter UnusedImage { get; set; }

    protected override void EndProcessing() => Try(null, () =>
    {
        using var sweep = new StorageSweep(Store, Engine.Store);
        if (StoppedContainer) ClearContainers(sweep);
        foreach (Unused image in sweep.Images(UnusedImage)) Clear(image);
        if (sweep.IsUncertain) WriteWarning("Not all images and containers can be read, so nobody can say what belongs to them: blobs and layers stay. Get-ContainerImage and Get-Container tell which.");
        foreach (Unused rest in sweep.Rest()) Clear(rest);
        if (ShouldProcess("half unpacked layers, and what builds remember of layers that are gone", "Clear")) sweep.Tidy();
        if (ShouldProcess("what builds that were killed have left", "Clear")) BuildStorage.ClearLeftovers(Engine);
    });

    private void ClearContainers(StorageSweep sweep)
    {
        foreach (ContainerRecord record in Engine.Store.All())
        {
            Container? container = null;
            if (!Try(record.Name, () => container = Engine.Probe(record)) || container!.Status is not (ContainerStatus.Stopped or ContainerStatus.Created)) continue;
            Clear(sweep.Of(record, () => Engine.Remove(container, force: false)));
        }
    }

    // What -WhatIf passes over counts as gone, so that it says all that would follow; what a person says no to does not.
    private void Clear(Unused unused)
    {
        Stopped.ThrowIfCancellationRequested();
        string what = $"{unused.Kind} {unused.Target} ({ContainerColumns.Size(unused.Size)})";
        bool wanted = ShouldProcess($"Performing the operation \"Clear\" on target \"{what}\".", $"Clear {what}?", "Clear-ContainerStorage", out ShouldProcessReason reason);
        if (reason == ShouldProcessReason.WhatIf) StorageSweep.Pretend(unused);
        if (wanted && Try(unused.Target, () => StorageSweep.Clear(unused))) WriteObject(unused);
    }
}
