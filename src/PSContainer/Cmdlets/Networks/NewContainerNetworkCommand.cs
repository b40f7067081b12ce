using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Networks;

/// <summary>New-ContainerNetwork: a network of one's own; docker network create.</summary>
[Cmdlet(VerbsCommon.New, "ContainerNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerNetwork))]
public sealed class NewContainerNetworkCommand : NetworkCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Its addresses: 10.5.0.0/24, and one of IPv6 beside it; one that is free where it is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Subnet { get; set; } = [];

    /// <summary>The host's address on it; the first of the subnet where it is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Gateway { get; set; } = [];

    /// <summary>No way out, and no way in.</summary>
    [Parameter]
    public SwitchParameter Internal { get; set; }

    /// <summary>Bytes in a packet; that of the link with the default route where it is not given.</summary>
    [Parameter]
    public int? Mtu { get; set; }

    /// <summary>Addresses of IPv6 as well; drawn at random where -Subnet names none.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <summary>Labels: a hashtable, or 'name=value'.</summary>
    [Parameter]
    [NameValue]
    public IDictionary? Label { get; set; }

    protected override void ProcessRecord() => Try(Name, () =>
    {
        var spec = new NetworkSpec { Name = Name, Subnets = Subnet, Gateways = Gateway, Internal = Internal, Mtu = Mtu, IPv6 = IPv6, Labels = NameValueAttribute.Pairs(Label) };
        ContainerNetwork preview = Networks.Preview(spec);
        if (ShouldProcess($"{preview.Name} ({preview.Subnet}{(preview.IPv6Subnet is { } six ? $", {six}" : "")})", "Create network")) WriteObject(Networks.Create(spec));
    });
}
