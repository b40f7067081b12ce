using System.Net;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Names;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks;

/// <summary>
/// Who is on a network: takes addresses, gives them back, and tells the neighbours. Whoever calls holds the store's lock as long as it
/// has this, so each network's leases are read once.
/// </summary>
public sealed class NetworkMembers(NetworkStore store)
{
    // "psv" and 9 digits of the id leave room for a number in the 15 characters of a link's name.
    private const string LinkPrefix = "psv";
    private const int LinkDigits = 9;

    private readonly Dictionary<string, IReadOnlyList<Lease>> _leases = [];

    /// <summary>
    /// A name for the host's half of a container's interface: "psv3f2a9c41b-0", and the next number as long as there is one of
    /// that name. The kernel takes a container's links away a moment after its end; it may have started again by then.
    /// </summary>
    public static string LinkName(string containerId, Func<string, bool> isTaken)
    {
        for (int i = 0; ; i++)
            if ($"{LinkPrefix}{containerId[..LinkDigits]}-{i}" is var name && !isTaken(name)) return name;
    }

    /// <summary>Takes an address; the endpoint as it is then.</summary>
    /// <param name="link">The host's half of the veth pair, as it is to be called.</param>
    /// <exception cref="EngineException">AddressInvalid, AddressTaken, AddressPoolExhausted.</exception>
    public Endpoint Join(ContainerNetwork network, Endpoint endpoint, string containerId, string containerName, string link)
    {
        // What it may have left when its supervisor was killed.
        IReadOnlyList<Lease> before = Leases(network.Name);
        List<Lease> leases = [.. before.Where(lease => lease.ContainerId != containerId)];
        Endpoint placed;
        try
        {
            placed = Place(network, endpoint, leases);
        }
        catch (EngineException taken) when (taken.Id is "AddressTaken" or "AddressPoolExhausted" && leases.RemoveAll(lease => !IsAlive(lease.ContainerId)) > 0)
        {
            placed = Place(network, endpoint, leases);
        }
        placed = placed with { Link = link };
        var own = new Lease(containerId, containerName, placed.Address!, placed.Address6, placed.MacAddress!, placed.Link!) { Aliases = endpoint.Aliases };
        bool isOneMore = leases.Count == before.Count;
        leases.Add(own);
        if (isOneMore) store.AddLease(network.Name, own);
        else store.WriteLeases(network.Name, leases);
        _leases[network.Name] = leases;
        return placed;
    }

    /// <summary>Where an endpoint would be placed, for a plan that is only shown.</summary>
    public Endpoint Place(ContainerNetwork network, Endpoint endpoint) => Place(network, endpoint, Leases(network.Name));

    /// <summary>Gives a container's address on a network back, and takes its name from the neighbours; true where nobody is left.</summary>
    public bool Leave(string network, string containerId)
    {
        IReadOnlyList<Lease> leases = Leases(network);
        if (leases.FirstOrDefault(lease => lease.ContainerId == containerId) is not { } own) return leases.Count == 0;
        List<Lease> rest = [.. leases.Where(lease => lease != own)];
        store.WriteLeases(network, rest);
        _leases[network] = rest;
        HostsFile.Remove(rest.Select(neighbour => HostsPath(neighbour.ContainerId)), own.HostsLines());
        return rest.Count == 0;
    }

    /// <summary>Gives back what a container that is gone has on any network, known or not; true where some network has nobody left.</summary>
    public bool LeaveAll(string containerId)
    {
        bool anyEmpty = false;
        foreach (string network in store.AllNames())
            if (Leases(network).Any(lease => lease.ContainerId == containerId)) anyEmpty |= Leave(network, containerId);
        return anyEmpty;
    }

    /// <summary>What makes a container known to all who are on a network already.</summary>
    public Announcement Announce(string network, string containerId)
    {
        ILookup<bool, Lease> leases = Leases(network).ToLookup(lease => lease.ContainerId == containerId);
        return new Announcement([.. leases[false].Select(neighbour => HostsPath(neighbour.ContainerId))], [.. leases[true].SelectMany(own => own.HostsLines())]);
    }

    /// <summary>Lines about everybody else on a network.</summary>
    public IEnumerable<string> Neighbours(string network, string containerId)
        => Leases(network).Where(lease => lease.ContainerId != containerId).SelectMany(lease => lease.HostsLines());

    /// <summary>Addresses of containers that have ended without giving them back.</summary>
    public IReadOnlyList<Lease> Dead(string network) => [.. Leases(network).Where(lease => !IsAlive(lease.ContainerId))];

    public string HostsPath(string containerId) => Path.Combine(store.Root.ContainerFolder(containerId), HostsFile.Name);

    private IReadOnlyList<Lease> Leases(string network)
        => _leases.TryGetValue(network, out IReadOnlyList<Lease>? known) ? known : _leases[network] = store.Leases(network);

    private static Endpoint Place(ContainerNetwork network, Endpoint endpoint, IReadOnlyCollection<Lease> leases)
    {
        IPAddress address = AddressChoice.Choose(network.Range, network.GatewayAddress, [.. leases.Select(lease => lease.Address)], endpoint.WantedAddress, endpoint.Address, network.Name);
        IPAddress? six = null;
        if (network is { Range6: { } subnet6, GatewayAddress6: { } gateway6 } && HostNetwork.HasIPv6)
        {
            IPAddress alike = Subnets.At(subnet6, Subnets.Offset(network.Range, address));
            six = AddressChoice.Choose(subnet6, gateway6, [.. leases.Select(lease => lease.Address6).OfType<IPAddress>()], endpoint.WantedAddress6, alike, network.Name);
        }
        else if (endpoint.WantedAddress6 is { } wanted)
            throw new EngineException("AddressInvalid", Reason.InvalidInput, $"{wanted} can't be a container's address: the network '{network.Name}' has no IPv6.", "Make it with New-ContainerNetwork -IPv6.");
        return endpoint with
        {
            Address = address, Address6 = six, PrefixLength = network.Range.PrefixLength, GatewayAddress = network.Internal ? null : network.GatewayAddress,
            MacAddress = endpoint.WantedMac ?? AddressChoice.Show(AddressChoice.MacOf(address)),
        };
    }

    // Its supervisor holds the lock as long as there is a container.
    private bool IsAlive(string containerId)
    {
        int file = Files.TryOpen(store.Root.ContainerLock(containerId), OpenFlags.ReadWrite);
        if (file < 0) return Runs(containerId);
        try
        {
            return !Files.TryLock(file) || Runs(containerId);
        }
        finally
        {
            Files.Close(file);
        }
    }

    // A program that changes its user outlives its supervisor (prctl(2), PR_SET_PDEATHSIG).
    private bool Runs(string containerId)
    {
        try
        {
            return RunState.Read(store.Root.RunFolder(containerId)) is { Init.IsAlive: true };
        }
        catch (EngineException)
        {
            // Repair-ContainerStorage tells of a state that can't be read.
            return false;
        }
    }
}
