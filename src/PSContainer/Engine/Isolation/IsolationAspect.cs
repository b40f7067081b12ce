namespace PSContainer.Engine.Isolation;

/// <summary>What is compared, in the order in which it is told.</summary>
public enum IsolationAspect
{
    /// <summary>The namespace of one kind, by its number; there are eight such facts.</summary>
    Namespace,
    Hostname,
    FirstProcess,
    ProcessCount,
    ProcessId,
    User,
    UserMap,
    GroupMap,
    RootFileSystem,
    RootEntries,
    RootLayers,
    RootWritable,
    Mounts,
    Interfaces,
    Addresses,
    MacAddresses,
    Routes,
    ListeningPorts,
    IpcObjects,
    CgroupPath,
    CpusSeen,
    CpusAllowed,
    MemorySeen,
    MemoryAllowed,
    ProcessesAllowed,
    Capabilities,
    Seccomp,
    NoNewPrivileges,
    TimeOffsets,
    Kernel,
}
