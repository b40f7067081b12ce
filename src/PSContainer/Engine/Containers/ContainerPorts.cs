using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>The ports of one container: those that its supervisor holds now, and those that its record keeps for the next start.</summary>
internal sealed class ContainerPorts(StorageRoot root, Container container)
{
    /// <summary>What is published at this moment; nothing where it does not run.</summary>
    public IReadOnlyList<PublishedPort> Current() => container.IsAlive ? container.Ports : [];

    /// <summary>Publishes more: at once where it runs, and at every later start.</summary>
    /// <exception cref="EngineException">PortRepeated, PortInUse, PortWithoutNetwork and what stands against it.</exception>
    public IReadOnlyList<PublishedPort> Publish(IReadOnlyList<PortBinding> wanted)
    {
        PortWish.CheckDistinct([.. container.Record.Ports, .. wanted]);
        IReadOnlyList<PortBinding> published = container.IsAlive ? Ask(ControlAction.PublishPort, wanted) : wanted;
        Keep(kept => kept.AddRange(wanted));
        return Describe(published);
    }

    /// <summary>Takes ports of this machine back: at once where it runs, and from every later start.</summary>
    /// <exception cref="EngineException">PortNotPublished.</exception>
    public void Unpublish(IReadOnlyList<int> hostPorts, PortProtocol? protocol)
    {
        IEnumerable<PortBinding> known = container.IsAlive ? Current().Select(port => port.Binding) : container.Record.Ports;
        PortBinding[] unwanted = [.. known.Where(binding => hostPorts.Contains(binding.HostPort) && (protocol is null || binding.Protocol == protocol))];
        foreach (int port in hostPorts)
            if (!unwanted.Any(binding => binding.HostPort == port))
                throw new EngineException("PortNotPublished", Reason.NotFound, $"The container '{container.Name}' has not published port {port} of this machine.", "Get-ContainerPort lists those that it has.");
        if (container.IsAlive) Ask(ControlAction.UnpublishPort, unwanted);
        Keep(kept =>
        {
            // A free port was wished without its number: of such wishes one goes for each number that is taken back.
            foreach (PortBinding binding in unwanted)
                if (!kept.Remove(binding)) kept.Remove(binding with { HostPort = 0 });
        });
    }

    private IReadOnlyList<PortBinding> Ask(ControlAction action, IReadOnlyList<PortBinding> ports) => new ControlRequest(action, ports).Send(root.RunFolder(container.Id));

    private void Keep(Action<List<PortBinding>> change) => ContainerRecord.Change(root.ContainerFolder(container.Id), record =>
    {
        List<PortBinding> ports = [.. record.Ports];
        change(ports);
        return record with { Ports = ports };
    });

    private IReadOnlyList<PublishedPort> Describe(IReadOnlyList<PortBinding> ports)
    {
        PortState? state = container.IsAlive ? PortState.TryRead(root.RunFolder(container.Id)) : null;
        return [.. ports.Select(binding => PublishedPort.Of(binding, container.Name, state))];
    }
}
