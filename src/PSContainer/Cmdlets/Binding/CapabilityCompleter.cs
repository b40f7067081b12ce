using System.Collections;
using System.Management.Automation;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Names of capabilities(7), with their "CAP_" where it has been typed.</summary>
public sealed class CapabilityCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound)
        => CapabilityWish.Names.Select(name => Offer(begun.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? "CAP_" + name : name));
}

/// <summary>What -SecurityOption knows.</summary>
public sealed class SecurityOptionCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound)
        => new[] { "seccomp=default", "seccomp=unconfined", "no-new-privileges=false", "no-new-privileges=true", "apparmor=unconfined", "label=disable", "mask=/", "unmask=ALL", "unmask=/" }.Select(Offer);
}

/// <summary>Who a container's users may be outside.</summary>
public sealed class UserNamespaceCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => new[] { UserNamespaceWish.AutoWord, UserNamespaceWish.HostWord, $"0:100000:{UserNamespaceWish.AutoSize}" }.Select(Offer);
}

/// <summary>Names of resource limits.</summary>
public sealed class UlimitCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound) => Ulimit.Names.Select(name => Offer(name + "="));
}
