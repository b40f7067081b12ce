using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>The plan that a start of a wish would carry out, for whoever only wants to read it.</summary>
internal static class PlanPreview
{
    public static void Print(ContainerSpec spec, ContainerStore store, Action<string> print)
    {
        StorageRoot storage = store.Root;
        string id = ContainerId.New(), folder = storage.ContainerFolder(id);
        using UserRanges users = UserRanges.Find(spec.Users, storage, () => store.All(), isPreview: true);
        spec = spec with { Users = users.Found };
        using RootView view = ContainerRoot.Of(spec, storage);
        RuntimeSpec runtime = SpecTranslation.ToRuntimeSpec(spec.WithVolumesIn(folder), id, view.ReadText);
        var cgroup = CgroupPlan.Create(CgroupMounts.Discover(), runtime.Linux.CgroupsPath!, ResourceSettings.From(runtime.Linux.Resources, LimitWords.Parameters));
        RootSource root = (ContainerStore.NewRecord(spec, id, "") with { IsKept = true }).Root(storage);
        ContainerNetworking networking = spec.Network.Resolve(storage, runtime.Hostname!, wanted => store.Get(wanted).Id);
        var request = new ContainerPlanRequest(runtime, root, ContainerCgroupPlan.Make(cgroup))
        {
            Filter = runtime.Linux.Seccomp is { } seccomp ? CompiledFilter.Shown(SeccompReader.Read(seccomp.Json)) : null,
            Idle = spec.Command is null, DieWithParent = true, NameFiles = NetworkAttachment.FilesOf(folder, folder),
            Endpoints = new NetworkAttachment(storage).Preview(networking, id),
            // Nothing of it is made yet, and all that it will have are folders.
            Host = new HostView(path => path.StartsWith(folder, StringComparison.Ordinal) || HostView.Real.IsDirectory(path)),
        };
        foreach (string line in PlanText.Lines(ContainerPlan.Build(request))) print(line);
    }
}
