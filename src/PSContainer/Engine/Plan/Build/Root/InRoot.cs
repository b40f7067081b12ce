using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>
/// Paths inside the container's root. Every one is resolved once, by openat2(2) with RESOLVE_IN_ROOT, into a descriptor,
/// and mounted on or written to by that descriptor: a link that somebody swaps in later leads nowhere (CVE-2021-30465),
/// and nothing is ever made outside (CVE-2024-45310).
/// </summary>
public sealed class InRoot(PlanDraft draft, Slot root)
{

    /// <summary>A descriptor (O_PATH) of what is there; the slot stays empty where nothing is and that is tolerated.</summary>
    public Slot Open(string path, string why, bool directory = false, Resolve extra = Resolve.None,
        Errno[]? tolerate = null, Slot? unless = null)
    {
        int flags = OpenFlags.Path | OpenFlags.CloseOnExec | (directory ? OpenFlags.Directory : 0);
        return draft.Add(Call.Openat2, why, HowArguments(root, path, flags, 0, Resolve.InRoot | Resolve.NoMagiclinks | extra),
            result: path, tolerate: tolerate, unless: unless, subject: path);
    }

    /// <summary>A descriptor of a folder that is made, with its parents, where it is missing.</summary>
    public Slot MakeDirectory(string path, string why, bool realDirectory = false)
    {
        Resolve extra = realDirectory ? Resolve.NoSymlinks : Resolve.None;
        Slot parent = root;
        string soFar = "";
        foreach (string name in Components(path))
        {
            MakeOne(parent, name, path);
            soFar = soFar.Length == 0 ? name : soFar + "/" + name;
            parent = Open("/" + soFar, why, directory: true, extra);
        }
        return parent;
    }

    /// <summary>A descriptor of a file that is made, empty, where it is missing; the target of a file's bind mount.</summary>
    public Slot MakeFile(string path, string why)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 1 } above ? above : "/";
        Slot parent = folder == "/" ? root : MakeDirectory(folder, why);
        Slot made = draft.Add(Call.Openat2, "an empty file to mount on, if there is none",
            HowArguments(parent, Path.GetFileName(path),
                OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0x1A4, Resolve.Beneath),
            result: "made", tolerate: [Errno.EEXIST, Errno.EROFS], subject: path);
        draft.Add(Call.Close, "only its existence was wanted", [made]);
        return Open(path, why);
    }

    public static IEnumerable<string> Components(string path)
        => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".");

    /// <summary>The four arguments of openat2(2).</summary>
    public static Argument[] HowArguments(Argument directory, string path, int flags, uint mode, Resolve resolve)
    {
        var how = new OpenHow { Flags = (ulong)flags, Mode = mode, Resolve = resolve };
        return [directory, path, PlanDraft.Structure(how, FlagText.How), 24];
    }

    private void MakeOne(Slot parent, string name, string whole)
        // An existing folder is what most roots have; on a read-only root the open that follows tells what is missing.
        => draft.Add(Call.Mkdirat, "the mount point, if there is none", [parent, name, PlanDraft.Flags(0x1ED, "0755")],
            tolerate: [Errno.EEXIST, Errno.EROFS], subject: whole);
}
