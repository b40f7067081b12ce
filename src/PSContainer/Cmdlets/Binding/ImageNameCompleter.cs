using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Image names with their tags: one file is read.</summary>
public sealed class ImageNameCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => ContainerCmdlet.NewEngine().Images.AllNames().Select(Offer);
}
