using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>
/// Paths inside the container's root. Every one is resolved once, by openat2(2) with RESOLVE_IN_ROOT, into a descriptor,
/// and mounted on or written to by that descriptor: a link that somebody swaps in later leads nowhere (CVE-2021-30465),
/// and nothing is ever made outside (CVE-2024-45310).
/// </summary>
public sealed class InRoot(PlanDraft draft, Slot root)
{
    // As many as the kernel follows in one path (MAXSYMLINKS).
    private const int MostLinks = 40;

    /// <summary>A descriptor (O_PATH) of what is there; the slot stays empty where nothing is and that is tolerated.</summary>
    public Slot Open(string path, string why, bool directory = false, Resolve extra = Resolve.None,
        Errno[]? tolerate = null, Slot? unless = null)
    {
        int flags = OpenFlags.Path | OpenFlags.CloseOnExec | (directory ? OpenFlags.Directory : 0);
        return draft.Add(Call.Openat2, why, HowArguments(root, path, flags, 0, Resolve.InRoot | Resolve.NoMagiclinks | extra),
            result: path, tolerate: tolerate, unless: unless, subject: path);
    }

    /// <summary>A descriptor of the folder, where there is one.</summary>
    public Slot FindDirectory(string path, string why, bool realDirectory = false)
        => Open(path, why, directory: true, realDirectory ? Resolve.NoSymlinks : Resolve.None, tolerate: [Errno.ENOENT]);

    /// <summary>A descriptor of a folder that is made, with its parents, where it is missing; also where a link leads to what is missing.</summary>
    public Slot MakeDirectory(string path, string why, bool realDirectory = false)
    {
        Slot folder = FindDirectory(path, why, realDirectory);
        MakeDirectory(path, folder, realDirectory);
        return folder;
    }

    /// <summary>Makes the folder that <see cref="FindDirectory"/> has not found.</summary>
    public void MakeDirectory(string path, Slot folder, bool realDirectory = false)
        => draft.Add(Call.MakeFolder, "the mount point, if there is none", [root, path, PlanDraft.Flags(0x1ED, "0755"), realDirectory ? 0 : MostLinks],
            into: folder, unless: folder, subject: path);

    /// <summary>A descriptor of a file that is made, empty, where it is missing; the target of a file's bind mount.</summary>
    public Slot MakeFile(string path, string why)
    {
        Slot file = Open(path, why, tolerate: [Errno.ENOENT]);
        draft.Add(Call.MakeFile, "an empty file to mount on, if there is none", [root, path, PlanDraft.Flags(0x1A4, "0644"), MostLinks], into: file, unless: file, subject: path);
        return file;
    }

    public static IEnumerable<string> Components(string path)
        => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".");

    /// <summary>The four arguments of openat2(2).</summary>
    public static Argument[] HowArguments(Argument directory, string path, int flags, uint mode, Resolve resolve)
    {
        var how = new OpenHow { Flags = (ulong)flags, Mode = mode, Resolve = resolve };
        return [directory, path, PlanDraft.Structure(how, FlagText.How), 24];
    }
}
