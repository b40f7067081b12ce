using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>
/// A user namespace before anybody lives in it. A process that does nothing is born in it, its mappings are written from outside (user_namespaces(7)), descriptors are taken of
/// it, and the process goes. So whoever joins it later finds it whole, and mounts can be mapped by it beforehand.
/// </summary>
internal static class HolderSteps
{
    /// <summary>The new user namespace, and the network namespace that belongs to it where one is wished for.</summary>
    public static (Slot User, Slot? Network) Make(PlanDraft draft, IReadOnlyList<IdMapping> uids, IReadOnlyList<IdMapping> gids, bool withNetwork, string why)
    {
        CloneFlags flags = CloneFlags.NewUser | (withNetwork ? CloneFlags.NewNet : 0);
        Slot holder = draft.Add(Call.MakeHolder, why, [PlanDraft.Flags((long)flags, FlagText.Clone(flags))], result: "holder");
        Write(draft, holder, "uid_map", uids);
        Write(draft, holder, "gid_map", gids);
        Slot user = Open(draft, holder, "ns/user", "user namespace");
        Slot? network = withNetwork ? Open(draft, holder, "ns/net", "network namespace") : null;
        draft.Add(Call.EndHolder, "descriptors hold it from here on", [holder]);
        return (user, network);
    }

    private static void Write(PlanDraft draft, Slot holder, string name, IReadOnlyList<IdMapping> mappings)
    {
        string lines = IdMapping.Lines(mappings);
        Slot file = draft.Add(Call.OpenOf, "who its users are outside", [holder, name, PlanDraft.Flags(OpenFlags.WriteOnly | OpenFlags.CloseOnExec, "O_WRONLY")], result: name, subject: name);
        draft.Add(Call.Write, "who its users are outside", [file, lines, lines.Length], subject: name);
        draft.Add(Call.Close, "written", [file]);
    }

    private static Slot Open(PlanDraft draft, Slot holder, string name, string result)
        => draft.Add(Call.OpenOf, "a descriptor of it", [holder, name, PlanDraft.Flags(OpenFlags.CloseOnExec, "O_RDONLY")], result: result, subject: name);
}
