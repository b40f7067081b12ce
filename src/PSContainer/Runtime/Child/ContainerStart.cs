using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Records;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>How a container is to come to life.</summary>
internal sealed record StartRequest(string Id, string Bundle, RuntimeSpec Spec, RootSource Root)
{
    public bool WaitForStart { get; init; }
    public bool DieWithParent { get; init; }
    public bool Idle { get; init; }
    public bool Supervised { get; init; }
    public DateTimeOffset Created { get; init; } = DateTimeOffset.UtcNow;
    /// <summary>Its places on networks and its files with names; of a bundle that is not ours there is none.</summary>
    public AttachedNetwork? Network { get; init; }
    /// <summary>How errors call its limits.</summary>
    public LimitWords Words { get; init; } = LimitWords.Bundle;
    /// <summary>Called once the process is there and puts itself together.</summary>
    public Action? Meanwhile { get; init; }
    /// <summary>Descriptors for its streams; -1 leaves the caller's own.</summary>
    public (int In, int Out, int Error) Streams { get; init; } = (-1, -1, -1);
}

/// <summary>Makes a container's first process, with its cgroup and its state file, or leaves nothing.</summary>
internal static class ContainerStart
{
    public static (Born Process, RunState State) Run(Context context, StartRequest request)
    {
        string runFolder = context.Runs.Claim(request.Id);
        try
        {
            return Run(context, request, runFolder);
        }
        catch
        {
            context.Runs.Release(request.Id);
            throw;
        }
    }

    /// <summary>The same, in a run folder that the caller has claimed, and releases where this fails.</summary>
    public static (Born Process, RunState State) Run(Context context, StartRequest request, string runFolder)
    {
        CgroupPlan? cgroup = null;
        try
        {
            cgroup = CgroupPlan.Create(CgroupMounts.Discover(), CgroupPath.Resolve(request.Spec.Linux.CgroupsPath, request.Id), ResourceSettings.From(request.Spec.Linux.Resources, request.Words));
            CompiledFilter? filter = request.Spec.Linux.Seccomp is { } seccomp ? new FilterCache(context.Storage.Run).Get(seccomp, runFolder) : null;
            SyscallPlan plan = ContainerPlan.Build(new ContainerPlanRequest(request.Spec, request.Root, ContainerCgroupPlan.Make(cgroup))
            {
                WaitForStart = request.WaitForStart, DieWithParent = request.DieWithParent, Idle = request.Idle,
                Endpoints = request.Network?.Endpoints ?? [], NameFiles = request.Network?.Files ?? [], Filter = filter,
            });
            RunState? state = null;
            var start = new ChildStart(plan, Describe(request.Root)) { Listener = (listener, pid) => SeccompAgent.Tell(filter!.Listener!, state!, ContainerStatus.Creating, pid, listener) };
            Give(start, GivenSlots.StandardInput, request.Streams.In);
            Give(start, GivenSlots.StandardOutput, request.Streams.Out);
            Give(start, GivenSlots.StandardError, request.Streams.Error);
            if (request.Idle) start.GiveOwn(GivenSlots.IdleProgram, MemoryFile.Sealed("init", IdleInit.Program()));
            if (request.WaitForStart) start.GiveOwn(GivenSlots.StartFifo, OpenFifo(runFolder));

            Born process = start.Run(untilReady: request.WaitForStart, pid =>
            {
                state = Record(request, runFolder, pid, cgroup.Cgroup.Path);
                request.Meanwhile?.Invoke();
            });
            return (process, state!);
        }
        catch
        {
            cgroup?.Undo();
            throw;
        }
    }

    public static string Describe(RootSource root) => root switch
    {
        RootSource.Folder folder => folder.Path,
        RootSource.Throwaway { Lowers: ["/"] } => "this machine's own root",
        RootSource.Throwaway throwaway => string.Join(':', throwaway.Lowers),
        RootSource.Layers layers => $"the image {layers.Name}",
        _ => "?",
    };

    private static RunState Record(StartRequest request, string runFolder, int pid, string cgroupPath)
    {
        var state = new RunState
        {
            Id = request.Id,
            Bundle = request.Bundle,
            // A child that has failed already has no start time; its failure is about to be read.
            Init = ProcessIdentity.Of(pid) ?? new ProcessIdentity(pid, 0),
            Supervisor = request.Supervised ? ProcessIdentity.Of(Environment.ProcessId) : null,
            Created = request.Created,
            CgroupPath = cgroupPath,
            IsFiltered = request.Spec.Linux.Seccomp is not null,
            Annotations = request.Spec.Annotations,
        };
        state.Write(runFolder);
        return state;
    }

    private static void Give(ChildStart start, string slot, int descriptor)
    {
        if (descriptor >= 0) start.Give(slot, descriptor);
    }

    // Opened for both directions, so that the reader inside never sees an end of file.
    private static int OpenFifo(string runFolder)
    {
        string path = Path.Combine(runFolder, RunState.FifoName);
        Files.MakeFifo(path, 0x180);
        return Files.Open(path, OpenFlags.ReadWrite);
    }
}
