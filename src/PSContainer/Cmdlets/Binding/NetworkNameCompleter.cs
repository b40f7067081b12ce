using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Names of networks: one folder is read.</summary>
public sealed class NetworkNameCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => new NetworkStore(ContainerCmdlet.NewEngine().Store.Root).AllNames().Select(Offer);
}
