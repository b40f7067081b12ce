using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Networks;

/// <summary>A cmdlet about networks.</summary>
public abstract class NetworkCmdlet : ContainerCmdlet
{
    private NetworkEngine? _networks;

    protected NetworkEngine Networks => _networks ??= new NetworkEngine(Engine.Store.Root);

    /// <summary>The networks a user means: by name, by wildcard, or the object.</summary>
    /// <exception cref="EngineException">NetworkNotFound.</exception>
    protected IEnumerable<ContainerNetwork> ResolveNetworks(object wanted)
    {
        string text = NameOf(wanted);
        if (!PipedObject.IsWord(PSObject.AsPSObject(wanted).BaseObject) || !WildcardPattern.ContainsWildcardCharacters(text) || text.Contains('[')) return [Networks.Store.Get(text)];
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        return Networks.Store.All(broken => WriteError(ErrorTable.Record(broken, text))).Where(network => pattern.IsMatch(network.Name));
    }

    /// <summary>A network's name, as -Network takes it.</summary>
    /// <exception cref="EngineException">NetworkNotFound: another one has its name; NetworkInputNotUnderstood: neither text, nor a network, nor something that names one.</exception>
    protected string NameOf(object wanted)
    {
        PSObject whole = PSObject.AsPSObject(wanted);
        string? text = whole.BaseObject switch
        {
            ContainerNetwork network => network.Name,
            var plain when PipedObject.IsWord(plain) => plain.ToString() ?? "",
            _ when PipedObject.IsOrRow(whole, typeof(ContainerNetwork)) => PipedObject.Text(whole, "Name"),
            _ => null,
        };
        if (text is null) throw PipedObject.Foreign(whole, "NetworkInputNotUnderstood", "network");
        if (!PipedObject.IsWord(whole.BaseObject) && PipedObject.Text(whole, "Id") is { } id && Networks.Store.Find(text) is { } now && now.Id != id)
            throw new EngineException("NetworkNotFound", Reason.NotFound, $"The network '{now.Name}' is not the one that was meant, which had the id {Printable.Of(id)}.", "Get-ContainerNetwork lists them all.");
        return text.Equals(ContainerNetwork.DefaultName, StringComparison.OrdinalIgnoreCase) ? ContainerNetwork.DefaultName : text;
    }
}
