using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Repair;

namespace PSContainer.Cmdlets.Host;

/// <summary>Repair-ContainerStorage: clears what a power cut or a kill left behind, and returns what that was.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "ContainerStorage", SupportsShouldProcess = true)]
[OutputType(typeof(Residue))]
public sealed class RepairContainerStorageCommand : ContainerCmdlet
{
    protected override void EndProcessing()
    {
        IReadOnlyList<Residue> found = [];
        if (ShouldProcess("what builds that were killed have left", "Clear")) Try(null, () => BuildStorage.ClearLeftovers(Engine));
        if (!Try(null, () => found = new StorageRepair(Engine.Store).Find())) return;
        foreach (Residue residue in found)
        {
            if (!ShouldProcess($"{residue.Kind} {residue.Target} ({residue.Why})", "Clear")) continue;
            if (Try(residue, () => StorageRepair.Clear(residue))) WriteObject(residue);
        }
        if (!ShouldProcess("the groups of limited processes that have ended", "Clear")) return;
        Try(null, () =>
        {
            foreach (string group in ProcessGroup.RemoveEnded()) WriteObject(new Residue(ResidueKind.ProcessGroup, group, "its process has ended"));
        });
    }
}
