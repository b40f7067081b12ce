using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Ports;

/// <summary>Publish-ContainerPort: more ports of this machine lead to a container, at once where it runs.</summary>
[Cmdlet(VerbsData.Publish, "ContainerPort", SupportsShouldProcess = true)]
[OutputType(typeof(PublishedPort))]
public sealed class PublishContainerPortCommand : ContainerTargetCmdlet
{
    private IReadOnlyList<PortBinding>? _ports;

    /// <summary>8080:80, 127.0.0.1:8080:80/tcp, 8080-8090:80-90/udp, :80 for a free one.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Port { get; set; } = [];

    protected override void BeginProcessing() => Try(Port, () => _ports = PortWish.ParseAll(Port));

    protected override void ProcessRecord()
    {
        if (_ports is not null) base.ProcessRecord();
    }

    protected override void Act(Container container)
    {
        if (!ShouldProcess(container.Name, $"Publish {string.Join(", ", _ports!)}")) return;
        WriteObject(Engine.Publish(container, _ports!), enumerateCollection: true);
    }
}
