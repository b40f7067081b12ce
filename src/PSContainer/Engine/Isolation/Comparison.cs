using PSContainer.Engine.Isolation.Facts;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation;

/// <summary>Two sides beside each other. What follows from them is pure: nothing is asked of the kernel here.</summary>
/// <param name="Host">This machine, or another container or process.</param>
/// <param name="Container">The one that is asked about.</param>
public sealed record Comparison(Side Host, Side Container)
{
    /// <summary>The machine, or whatever else stands on the left, in a sentence.</summary>
    public string Other => Host.IsMachine ? Side.MachineName : $"'{Text.Printable.Of(Host.Name)}'";

    /// <summary>All facts, in the order of <see cref="IsolationAspect"/>.</summary>
    public IReadOnlyList<IsolationFact> Facts()
    {
        var facts = new List<IsolationFact>(40);
        NamespaceFacts.Add(this, facts);
        HostnameFacts.Add(this, facts);
        PidFacts.Add(this, facts);
        UserFacts.Add(this, facts);
        RootFacts.Add(this, facts);
        NetworkFacts.Add(this, facts);
        IpcFacts.Add(this, facts);
        CgroupFacts.Add(this, facts);
        ResourceFacts.Add(this, facts);
        SecurityFacts.Add(this, facts);
        ClockFacts.Add(this, facts);
        KernelFacts.Add(this, facts);
        return facts;
    }

    /// <summary>Whether the two are in different namespaces of a kind; null where either can't be seen.</summary>
    internal bool? IsParted(NamespaceType type)
    {
        ulong left = Host.NamespaceOf(type), right = Container.NamespaceOf(type);
        // A pid namespace of its own shows in its numbers as well, which everybody may read.
        if ((left == 0 || right == 0) && type == NamespaceType.Pid && Host.IsMachine && Container.Status.Numbers.Count > 1) return true;
        return left == 0 || right == 0 ? null : left != right;
    }

    /// <summary>One fact about the two.</summary>
    internal IsolationFact Fact(IsolationAspect aspect, NamespaceType? type, string? host, string? container, bool? isolated, string reason) => new()
    {
        Target = Container.Name, Against = Host.Name, Aspect = aspect, NamespaceType = type, Host = host, Container = container, Isolated = isolated, Reason = reason,
        ContainerName = Container.ContainerName, ContainerId = Container.ContainerId, ProcessId = Container.ProcessId,
    };

    /// <summary>One that a kind of namespace decides: what is said where it has its own, and where not.</summary>
    internal IsolationFact Decided(IsolationAspect aspect, NamespaceType type, string? host, string? container, string own, string shared)
    {
        bool? parted = IsParted(type);
        string reason = parted switch { true => own, false => shared, _ => Unseen(type) };
        if (container is null && parted == true) reason += $" What it sees there can't be seen from here{ByRight}.";
        return Fact(aspect, type, host, container, parted, reason);
    }

    /// <summary>Why nothing is known of a kind.</summary>
    internal static string Unseen(NamespaceType type) => $"Its {NamespaceTypes.TextOf(type)} namespace can't be looked at{ByRight}.";

    private static string ByRight => ": that takes root, or the capability CAP_SYS_PTRACE";
}
