using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What whoami(1) prints on either side, and how ids are mapped (user_namespaces(7)).</summary>
internal static class UserFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        Side container = pair.Container;
        uint outer = container.Status.Uid;
        uint? inner = container.Uids?.Inside(outer);
        string host = pair.Host.IsMachine ? Named(outer, PasswordDatabase.FindName(outer)) : Inner(pair.Host);
        facts.Add(pair.Decided(IsolationAspect.User, NamespaceType.User, host, inner is null ? null : Inner(container),
            pair.Host.IsMachine ? $"Its user {inner?.ToString() ?? "(not mapped)"} is {outer} outside, which is what files and limits here go by." : "Each has a map of its own.",
            outer == 0 ? "It has no user namespace of its own: its root is this machine's root, with fewer capabilities (see Capabilities)." : "A user is the same number inside and outside; only the names come of each one's own /etc/passwd."));
        Add(IsolationAspect.UserMap, pair.Host.Uids?.ToString(), container.Uids?.ToString());
        Add(IsolationAspect.GroupMap, pair.Host.Gids?.ToString(), container.Gids?.ToString());

        void Add(IsolationAspect aspect, string? left, string? right) => facts.Add(pair.Decided(aspect, NamespaceType.User, left, right,
            "Ids inside, and what they are outside; an id that is not mapped shows as nobody.", $"It goes by the map of {pair.Other}."));
    }

    private static string Inner(Side side) => side.Uids?.Inside(side.Status.Uid) is { } uid ? Named(uid, side.Root?.UserName) : "(not mapped)";

    private static string Named(uint uid, string? name) => name is null ? $"{uid}" : $"{uid} ({name})";
}
