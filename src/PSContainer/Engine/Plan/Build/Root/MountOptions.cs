using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>The options of one mount, sorted: attributes, propagation, and what the file system itself takes.</summary>
public sealed record MountOptions(
    MountAttributes Set, MountAttributes Clear, bool RecursiveAttributes,
    Propagation Propagation, bool RecursivePropagation,
    bool Bind, bool RecursiveBind, IReadOnlyList<string> Data)
{
    /// <summary>Owners are mapped ("idmap").</summary>
    public bool Idmap { get; init; }

    /// <summary>Those of all mounts below as well ("ridmap").</summary>
    public bool RecursiveIdmap { get; init; }


    /// <summary>Sorts options as mount(8) and runtime-spec's config.md know them; what is unknown goes to the file system.</summary>
    public static MountOptions Parse(IReadOnlyList<string> options)
    {
        MountAttributes set = 0, clear = 0;
        var propagation = Propagation.Unchanged;
        bool recursive = false, recursivePropagation = false, bind = false, recursiveBind = false, idmap = false, recursiveIdmap = false;
        var data = new List<string>();

        foreach (string option in options)
        {
            switch (option)
            {
                case "bind": bind = true; continue;
                case "rbind": bind = recursiveBind = true; continue;
                case "idmap": (idmap, recursiveIdmap) = (true, false); continue;
                case "ridmap": (idmap, recursiveIdmap) = (true, true); continue;
                case "defaults" or "async": continue;
            }
            if (TryPropagation(option, out Propagation wanted, out bool all))
            {
                propagation = wanted;
                recursivePropagation = all;
            }
            else if (TryAttribute(option, out MountAttributes add, out MountAttributes remove))
            {
                set = (set & ~remove) | add;
                clear = (clear & ~add) | remove;
            }
            // "rro" and its kin: the same attribute, on all mounts below as well.
            else if (option.StartsWith('r') && TryAttribute(option[1..], out add, out remove))
            {
                set = (set & ~remove) | add;
                clear = (clear & ~add) | remove;
                recursive = true;
            }
            else
            {
                data.Add(option);
            }
        }
        return new MountOptions(set, clear, recursive, propagation, recursivePropagation, bind, recursiveBind, data) { Idmap = idmap, RecursiveIdmap = recursiveIdmap };
    }

    private static bool TryPropagation(string option, out Propagation propagation, out bool recursive)
    {
        recursive = option.StartsWith('r');
        propagation = (recursive ? option[1..] : option) switch
        {
            "private" => Propagation.Private,
            "slave" => Propagation.Slave,
            "shared" => Propagation.Shared,
            "unbindable" => Propagation.Unbindable,
            _ => Propagation.Unchanged,
        };
        return propagation != Propagation.Unchanged;
    }

    private static bool TryAttribute(string option, out MountAttributes set, out MountAttributes clear)
    {
        (set, clear) = option switch
        {
            "ro" => (MountAttributes.ReadOnly, MountAttributes.None),
            "rw" => (MountAttributes.None, MountAttributes.ReadOnly),
            "nosuid" => (MountAttributes.NoSuid, MountAttributes.None),
            "suid" => (MountAttributes.None, MountAttributes.NoSuid),
            "nodev" => (MountAttributes.NoDev, MountAttributes.None),
            "dev" => (MountAttributes.None, MountAttributes.NoDev),
            "noexec" => (MountAttributes.NoExec, MountAttributes.None),
            "exec" => (MountAttributes.None, MountAttributes.NoExec),
            "noatime" => (MountAttributes.NoAtime, MountAttributes.AccessTimes),
            "strictatime" => (MountAttributes.StrictAtime, MountAttributes.AccessTimes),
            "relatime" or "atime" => (MountAttributes.None, MountAttributes.AccessTimes),
            "nodiratime" => (MountAttributes.NoDiratime, MountAttributes.None),
            "diratime" => (MountAttributes.None, MountAttributes.NoDiratime),
            "nosymfollow" => (MountAttributes.NoSymfollow, MountAttributes.None),
            _ => (MountAttributes.None, MountAttributes.None),
        };
        return set != 0 || clear != 0;
    }
}
