using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine;
using PSContainer.Engine.Networks;

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
        if (!WildcardPattern.ContainsWildcardCharacters(text) || text.Contains('[')) return [Networks.Store.Get(text)];
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        return Networks.Store.All(broken => WriteError(ErrorTable.Record(broken, text))).Where(network => pattern.IsMatch(network.Name));
    }

    /// <summary>A network's name, as -Network takes it.</summary>
    protected static string NameOf(object wanted)
    {
        object plain = wanted is PSObject wrapped ? wrapped.BaseObject : wanted;
        if (plain is ContainerNetwork network) return network.Name;
        string text = plain as string ?? PSObject.AsPSObject(wanted).Properties["Name"]?.Value?.ToString() ?? plain.ToString() ?? "";
        return text.Equals(ContainerNetwork.DefaultName, StringComparison.OrdinalIgnoreCase) ? ContainerNetwork.DefaultName : text;
    }
}
