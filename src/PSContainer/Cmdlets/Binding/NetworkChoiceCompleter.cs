using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Binding;

/// <summary>What -Network takes: the three with a meaning, the networks that there are, and container:NAME.</summary>
public sealed class NetworkChoiceCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound)
    {
        foreach (string word in (string[])["Bridge", "Host", "None"]) yield return Offer(word);
        ContainerStore store = ContainerCmdlet.NewEngine().Store;
        foreach (string name in new NetworkStore(store.Root).AllNames())
            if (name != ContainerNetwork.DefaultName) yield return Offer(name);
        // They are many: not for whoever has yet to choose a kind.
        if (!begun.StartsWith("c", StringComparison.OrdinalIgnoreCase)) yield break;
        foreach (string name in store.AllNames()) yield return Offer(NetworkChoice.ContainerPrefix + name);
    }
}
