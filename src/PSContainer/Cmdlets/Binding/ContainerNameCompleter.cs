using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Container names: one folder is read.</summary>
public sealed class ContainerNameCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => ContainerCmdlet.NewEngine().Store.AllNames().Select(Offer);
}
