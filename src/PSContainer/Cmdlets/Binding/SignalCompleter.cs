using System.Collections;
using System.Management.Automation;
using PSContainer.Kernel;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Signal names, as signal(7) has them.</summary>
public sealed class SignalCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => SignalName.All.Select(Offer);
}
