using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>How a container stands to the network.</summary>
public enum NetworkMode
{
    /// <summary>On a network of ours, with an address of its own.</summary>
    Network,
    /// <summary>A network namespace of its own, with nothing but loopback.</summary>
    None,
    /// <summary>The host's own network.</summary>
    Host,
    /// <summary>The network of another container.</summary>
    Container,
}

/// <summary>What <c>-Network</c> says: Bridge, Host, None, a network's name, or container:NAME.</summary>
/// <param name="Mode">Which of them.</param>
/// <param name="Target">The network's name, or the container's name or id.</param>
public readonly record struct NetworkChoice(NetworkMode Mode, string Target)
{
    public const string ContainerPrefix = "container:";

    /// <exception cref="EngineException">NetworkNameInvalid.</exception>
    public static NetworkChoice Parse(string text)
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return new(NetworkMode.None, "");
        if (text.Equals("host", StringComparison.OrdinalIgnoreCase)) return new(NetworkMode.Host, "");
        if (text.Equals(ContainerNetwork.DefaultName, StringComparison.OrdinalIgnoreCase)) return new(NetworkMode.Network, ContainerNetwork.DefaultName);
        if (text.StartsWith(ContainerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string target = text[ContainerPrefix.Length..];
            return NetworkStore.IsPlain(target) ? new(NetworkMode.Container, target) : throw Invalid(text);
        }
        return NetworkStore.IsPlain(text) ? new(NetworkMode.Network, text) : throw Invalid(text);
    }

    /// <summary>A new network's name; those with a meaning of their own are none.</summary>
    /// <exception cref="EngineException">NetworkNameInvalid.</exception>
    public static string CheckNewName(string name)
        => Parse(name) is { Mode: NetworkMode.Network } choice ? choice.Target
            : throw new EngineException("NetworkNameInvalid", Reason.InvalidInput, $"'{Printable.Of(name)}' has a meaning of its own for -Network.", "Choose another name.");

    private static EngineException Invalid(string text)
        => new("NetworkNameInvalid", Reason.InvalidInput, $"'{Printable.Of(text.Length > 80 ? text[..80] + "…" : text)}' can't be a network's name.",
            "Bridge, Host, None, container:NAME, or a name that begins with a letter or digit; then letters, digits, '_', '.' and '-'.");
}
