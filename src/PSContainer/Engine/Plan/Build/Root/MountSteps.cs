using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>The mounts of config.json, in their order.</summary>
internal sealed class MountSteps(PlanDraft draft, MountCalls mounts, InRoot inRoot, ContainerPlanRequest request, NamespaceSteps namespaces, UserSteps users)
{
    /// <summary>The file system for /dev, where one is mounted there.</summary>
    public Slot? Dev { get; private set; }


    /// <summary>
    /// Files of ours come behind all that may lie where a link in their place leads, a tmpfs at /run, and before what is mounted on their folder: a
    /// volume at /etc brings its own.
    /// </summary>
    public void AddAll()
    {
        foreach (MountSpec mount in request.Spec.Mounts)
            if (!IsOnNames(mount)) Add(mount);
        NameFileSteps.Add(draft, mounts, inRoot, users, request.NameFiles, request.Spec.Root.ReadOnly);
        foreach (MountSpec mount in request.Spec.Mounts)
            if (IsOnNames(mount)) Add(mount);
    }

    private bool IsOnNames(MountSpec mount) => request.NameFiles.Count > 0 && InRoot.Components(mount.Destination).FirstOrDefault() == "etc";

    private void Add(MountSpec mount)
    {
        if (!InRoot.Components(mount.Destination).Any())
            throw new EngineException("MountTargetInvalid", Reason.InvalidInput, "A mount's destination is the root itself.",
                "Name a folder below '/'.");
        var options = MountOptions.Parse(mount.Options);
        if (options.Bind || mount.Type == "bind") AddBind(mount, options);
        else if (mount.Type == "cgroup") AddCgroup(mount, options);
        else AddFileSystem(mount, options);
    }

    private void AddFileSystem(MountSpec mount, MountOptions options)
    {
        string type = mount.Type ?? throw new EngineException("ConfigInvalid", Reason.InvalidInput,
            $"The mount at '{mount.Destination}' has neither a type nor 'bind'.");
        // /proc and /sys behind a link would put the kernel's own files where an image wants them (CVE-2019-19921).
        bool realDirectory = type is "proc" or "sysfs";
        Slot target = inRoot.FindDirectory(mount.Destination, realDirectory
            ? $"{mount.Destination} must be a real folder, reached through no link" : "where it goes", realDirectory);
        if (options.Idmap || mount.UidMappings.Count > 0) throw NoIdmap(mount);
        bool isDev = users.IsApart && type == "tmpfs" && string.Join('/', InRoot.Components(mount.Destination)) == "dev";
        Slot Make() => mounts.NewFileSystem(type, mount.Source ?? type, options.Data, options.Set, $"{mount.Destination}: {type}", mount.Destination);
        Slot made = isDev ? draft.Outside(() => GiveAway(Make())) : IsHosts(type) ? draft.Outside(Make) : Make();
        if (isDev) Dev = made;
        // As with runc. The owner is root, unless uid= and gid= say otherwise; and where there was no folder, tmpfs's own mode stays, 1777.
        if (type == "tmpfs" && !options.Data.Any(option => option.StartsWith("mode=", StringComparison.Ordinal)))
            draft.Add(Call.CopyMode, "it opens to nobody whom the folder below did not let in", [target, made], subject: mount.Destination);
        inRoot.MakeDirectory(mount.Destination, target, realDirectory);
        Propagate(made, options);
        mounts.Attach(made, target, $"{mount.Destination} becomes visible", mount.Destination);
    }

    /// <summary>A file system that shows a namespace is made by whoever has rights over that one.</summary>
    private bool IsHosts(string type) => type switch
    {
        "sysfs" => !namespaces.Made.HasFlag(CloneFlags.NewNet),
        "mqueue" => !namespaces.Made.HasFlag(CloneFlags.NewIpc),
        // Not where a pid namespace is joined: only the child is in it.
        "proc" => !namespaces.All.HasFlag(CloneFlags.NewPid),
        _ => false,
    };

    // What a user namespace mounts has no nodes that open; so it is mounted for it.
    private Slot GiveAway(Slot made)
    {
        if (users.AreKnown) draft.Add(Call.Fchownat, "it is the container's root's", [made, "", users.OutsideUid(0), users.OutsideGid(0), PlanDraft.Flags(Files.AtEmptyPath, "AT_EMPTY_PATH")]);
        return made;
    }

    private void AddBind(MountSpec mount, MountOptions options)
    {
        string source = mount.Source ?? throw new EngineException("ConfigInvalid", Reason.InvalidInput,
            $"The bind mount at '{mount.Destination}' has no source.");
        bool recursive = options.RecursiveBind;
        Slot? mapping = MappingOf(mount, options);
        Slot tree = draft.Outside(() =>
        {
            Slot copy = mounts.CopyTree(source, recursive, $"{mount.Destination}: a view of the host's {source}");
            if (mapping is { } inside) mounts.Map(copy, inside, options.RecursiveIdmap, "owners as the mappings say", source);
            if (options.Set != 0 || options.Clear != 0)
                mounts.SetAttributes(copy, options.Set, options.Clear, Propagation.Unchanged, options.RecursiveAttributes, string.Join(',', mount.Options));
            // A copy of a shared mount would pass on what is mounted below it, in both directions.
            Propagation propagation = options.Propagation == Propagation.Unchanged ? Propagation.Private : options.Propagation;
            mounts.SetAttributes(copy, 0, 0, propagation, recursive || options.RecursivePropagation, "what is mounted on one side stays there");
            return copy;
        });
        Slot target = request.Host.IsDirectory(source)
            ? inRoot.MakeDirectory(mount.Destination, "where it goes")
            : inRoot.MakeFile(mount.Destination, "where it goes");
        mounts.Attach(tree, target, $"{mount.Destination} becomes visible", mount.Destination);
    }

    /// <summary>The user namespace that maps a mount's owners; null where nothing does.</summary>
    private Slot? MappingOf(MountSpec mount, MountOptions options)
    {
        bool hasOwn = mount.UidMappings.Count > 0 || mount.GidMappings.Count > 0;
        if (!hasOwn && !options.Idmap) return null;
        if (!hasOwn) return users.Namespace ?? throw NoIdmap(mount);
        if (mount.UidMappings.Count == 0 || mount.GidMappings.Count == 0) throw NoIdmap(mount);
        IdMapping.Check(mount.UidMappings, "users");
        IdMapping.Check(mount.GidMappings, "groups");
        return draft.Before(() => HolderSteps.Make(draft, mount.UidMappings, mount.GidMappings, withNetwork: false, $"a user namespace for the owners of {mount.Destination}").User);
    }

    private static EngineException NoIdmap(MountSpec mount)
        => new("MappingInvalid", Reason.InvalidInput, $"The owners of the mount at '{Text.Printable.Of(mount.Destination)}' can't be mapped: it takes a bind mount, and mappings of users and of groups, its own or the container's.",
            "Give both, or give the container a user namespace.");

    /// <summary>
    /// "cgroup" is whatever this machine has: one cgroup2, or a folder of v1 hierarchies. The container's own groups are bound,
    /// not mounted anew: in its cgroup namespace both look the same, but a new mount of cgroup2 waits some 10 ms for the kernel
    /// to drain groups that were removed before.
    /// </summary>
    private void AddCgroup(MountSpec mount, MountOptions options)
    {
        Slot target = inRoot.MakeDirectory(mount.Destination, "where it goes");
        if (request.Cgroup.UnifiedOnly)
        {
            foreach (CgroupView unified in request.Cgroup.Views) AddView(unified, target, options);
            return;
        }
        Slot folder = mounts.NewFileSystem("tmpfs", "tmpfs", ["mode=755"], options.Set & ~MountAttributes.ReadOnly, "one folder a hierarchy", mount.Destination);
        mounts.Attach(folder, target, $"{mount.Destination} becomes visible", mount.Destination);
        foreach (CgroupView hierarchy in request.Cgroup.Views)
        {
            draft.Add(Call.Mkdirat, "one folder a hierarchy", [folder, hierarchy.Name, PlanDraft.Flags(0x1ED, "0755")]);
            AddView(hierarchy, inRoot.Open($"{mount.Destination.TrimEnd('/')}/{hierarchy.Name}", "its folder", directory: true), options);
        }
        if (options.Set.HasFlag(MountAttributes.ReadOnly))
            mounts.SetAttributes(folder, MountAttributes.ReadOnly, 0, Propagation.Unchanged, recursive: false, "nothing to write here");
    }

    private void AddView(CgroupView view, Slot target, MountOptions options)
    {
        Slot tree = mounts.CopyTree(view.Directory, recursive: false, "the container's own cgroup as the root of what it sees", view.Name);
        mounts.SetAttributes(tree, options.Set, options.Clear, Propagation.Private, recursive: false, $"{view.Name} as the configuration wants it");
        mounts.Attach(tree, target, $"the {view.Name} hierarchy becomes visible", view.Name);
    }

    private void Propagate(Slot mount, MountOptions options)
    {
        if (options.Propagation != Propagation.Unchanged)
            mounts.SetAttributes(mount, 0, 0, options.Propagation, options.RecursivePropagation, "its propagation");
    }
}
