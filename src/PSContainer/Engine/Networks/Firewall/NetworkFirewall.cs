using System.Net;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>NAT, isolation and published ports of one storage's networks, in one nftables table.</summary>
public sealed class NetworkFirewall(StorageRoot root)
{
    /// <summary>The table's name, in the family "inet".</summary>
    public string Table { get; } = FirewallTable.Name(root);

    /// <summary>This machine has nft.</summary>
    public static bool IsAvailable => NftCommand.Find() is not null;

    public FirewallChange NewChange() => new(Table);

    /// <summary>Brings a network into being; makes the table where there is none.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void AddNetwork(FirewallNetwork network) => Apply(NewChange().Add(network));

    /// <summary>Takes a network away; the last one goes with <see cref="RemoveTable"/>.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void RemoveNetwork(FirewallNetwork network) => Remove(NewChange().Remove(network));

    /// <summary>All of these ports lead to the container from now on, or none and it throws.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void Publish(FirewallNetwork network, IReadOnlyList<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
        => Apply(NewChange().Add(network).Publish(bindings, address4, address6));

    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void Unpublish(IReadOnlyList<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
        => Remove(NewChange().Unpublish(bindings, address4, address6));

    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void RemoveTable()
    {
        if (!Exists()) return;
        using FirewallRun run = FirewallRun.BeginRemoval(Table);
        run.Finish();
    }

    /// <summary>Starts taking away what a change consists of; null where it is gone already.</summary>
    public FirewallRun? BeginRemoval(FirewallChange change) => change.IsEmpty || !Exists() ? null : FirewallRun.BeginRemoval(Table, change);

    public void Apply(FirewallChange change)
    {
        if (change.IsEmpty) return;
        using FirewallRun run = Begin(change);
        run.Finish();
    }

    /// <summary>Starts a change that goes on beside the caller.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallDenied, FirewallUnsupported.</exception>
    public FirewallRun Begin(FirewallChange change) => FirewallRun.Begin(Table, change, Exists());

    /// <summary>The table is there.</summary>
    /// <exception cref="EngineException">FirewallDenied, FirewallUnsupported.</exception>
    public bool Exists()
    {
        try
        {
            return NfTables.HasTable(Table);
        }
        catch (KernelException denied) when (denied.Errno is Errno.EPERM or Errno.EACCES)
        {
            throw FirewallRun.Denied(denied);
        }
        catch (KernelException missing)
        {
            throw new EngineException("FirewallUnsupported", Reason.NotSupported, $"This machine's kernel has no nf_tables: {missing.Message}", "Load the module (modprobe nf_tables), or use -Network None or Host.", missing);
        }
    }

    /// <summary>Takes away what a change consists of. Somebody may have flushed the whole firewall: what is to go is gone then.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void Remove(FirewallChange change)
    {
        using FirewallRun? run = BeginRemoval(change);
        run?.Finish();
    }
}
