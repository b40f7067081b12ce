using System.Globalization;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>The eight namespaces by their numbers (namespaces(7)), with a sentence on what each of them parts.</summary>
internal static class NamespaceFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        for (var type = NamespaceType.Cgroup; type <= NamespaceType.Uts; type++)
        {
            string? host = Number(pair.Host.NamespaceOf(type)), container = Number(pair.Container.NamespaceOf(type));
            string reason = pair.IsParted(type) switch
            {
                true => Own(type),
                false => Shared(type, pair.Other),
                _ => host is null && pair.Host.IsMachine && pair.Host.Namespaces.Any(number => number != 0) ? "This kernel has no such namespaces." : Comparison.Unseen(type),
            };
            facts.Add(pair.Fact(IsolationAspect.Namespace, type, host, container, pair.IsParted(type), reason));
        }
    }

    private static string Own(NamespaceType type) => type switch
    {
        NamespaceType.Cgroup => "It takes its own cgroup for the top, and does not see those above.",
        NamespaceType.Ipc => "Its shared memory, semaphores and message queues are its own.",
        NamespaceType.Mnt => "It has a tree of mounts of its own.",
        NamespaceType.Net => "It has interfaces, addresses, routes and ports of its own.",
        NamespaceType.Pid => "It numbers its processes anew, and sees no others.",
        NamespaceType.Time => "Its clocks since boot may be moved against others'.",
        NamespaceType.User => "Its users and groups are mapped: who is root inside is somebody else outside.",
        _ => "It may have a host name of its own.",
    };

    private static string Shared(NamespaceType type, string other) => type switch
    {
        NamespaceType.Cgroup => $"It sees the paths of cgroups as {other} does.",
        NamespaceType.Ipc => $"It reaches the shared memory, semaphores and message queues of {other}.",
        NamespaceType.Mnt => $"Every mount of {other} is a mount of its own.",
        NamespaceType.Net => $"It shares interfaces, ports and 127.0.0.1 with {other}.",
        NamespaceType.Pid => $"It sees the processes of {other}, by the same numbers.",
        NamespaceType.Time => $"Its clocks are those of {other}.",
        NamespaceType.User => $"Users are the same as for {other}: root inside is root, and only capabilities, seccomp and cgroups hold it.",
        _ => $"Its host name is that of {other}; whoever may set one, sets both.",
    };

    private static string? Number(ulong id) => id == 0 ? null : id.ToString(CultureInfo.InvariantCulture);
}
