using System.Management.Automation;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Networks;

/// <summary>Connect-ContainerNetwork: one more interface for a container, running or not; docker network connect.</summary>
[Cmdlet(VerbsCommunications.Connect, "ContainerNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class ConnectContainerNetworkCommand : NetworkMemberCmdlet
{
    /// <summary>The address on that network; the lowest that is free where it is not given.</summary>
    [Parameter]
    [Alias("IP")]
    public string? IPAddress { get; set; }

    [Parameter]
    [Alias("IP6")]
    public string? IPv6Address { get; set; }

    /// <summary>Six bytes, as in 02:42:ac:11:00:05; made from the address where it is not given.</summary>
    [Parameter]
    public string? MacAddress { get; set; }

    /// <summary>More names by which the others on that network find it.</summary>
    [Parameter]
    public string[] NetworkAlias { get; set; } = [];

    protected override Container? Act(Container container, string network)
        => ShouldProcess(container.Name, $"Connect to network {network}")
            ? Engine.Connect(container, new NetworkWish { Network = network, IPAddress = IPAddress, IPv6Address = IPv6Address, MacAddress = MacAddress, Aliases = NetworkAlias })
            : null;
}
