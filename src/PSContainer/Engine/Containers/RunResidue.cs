using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>What is left of a container's run where its supervisor could not clear up, because it was killed.</summary>
internal static class RunResidue
{
    /// <summary>Takes it away. Whoever calls knows that no supervisor is there, and that none is starting.</summary>
    /// <param name="cgroupPath">null where it is not known, or there is none.</param>
    /// <exception cref="EngineException">CgroupBusy, and what stands against the firewall's change.</exception>
    public static void Clear(StorageRoot root, string id, string? cgroupPath)
    {
        if (cgroupPath is not null) ContainerCgroup.Open(cgroupPath).Remove();
        // Until its ports lead nowhere, nobody else may have its address.
        PortState.Clear(root, id);
        NetworkSweep.Release(root, id);
        new RunStore(root).Release(id);
    }
}
