using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Binding;

/// <summary>The ports that the container on the same line has published, with where they lead.</summary>
public sealed class HostPortCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound)
    {
        ContainerEngine engine = ContainerCmdlet.NewEngine();
        IEnumerable<PublishedPort> ports = bound["Container"]?.ToString() is { } name ? engine.Ports(engine.Get(name)) : engine.Store.All().SelectMany(record => engine.Ports(engine.Probe(record)));
        return ports.Select(port => Offer(port.HostPort.ToString(), $"{port.ContainerName} {port}"));
    }
}
