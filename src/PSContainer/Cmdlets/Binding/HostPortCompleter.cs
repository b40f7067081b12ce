using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Binding;

/// <summary>The ports that the container on the same line has published, with where they lead.</summary>
public sealed class HostPortCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        IEnumerable<PublishedPort> ports;
        try
        {
            var engine = ContainerCmdlet.NewEngine();
            ports = fakeBoundParameters["Container"]?.ToString() is { } name ? engine.Ports(engine.Get(name)) : engine.Store.All().SelectMany(record => engine.Ports(engine.Probe(record)));
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            // A completion has nowhere to tell of a failure.
            yield break;
        }
        foreach (PublishedPort port in ports)
        {
            string number = port.HostPort.ToString();
            if (number.StartsWith(begun, StringComparison.Ordinal)) yield return new CompletionResult(number, number, CompletionResultType.ParameterValue, $"{port.ContainerName} {port}");
        }
    }
}
