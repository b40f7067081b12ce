using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>Flags as the man pages write them, for the printed plan.</summary>
public static class FlagText
{
    public static string How(OpenHow how)
        => "{" + Open((int)how.Flags) + (how.Mode == 0 ? "" : $", 0{Convert.ToString((long)how.Mode, 8)}") + Resolution(how.Resolve) + "}";

    public static string Attributes(MountAttr attributes)
        => "{" + Attributes(attributes.Set) + (attributes.Clear == 0 ? "" : $", clear {Attributes(attributes.Clear)}")
            + (attributes.Propagation == Propagation.Unchanged ? "" : ", " + Kind(attributes)) + "}";

    /// <summary>Where nothing else is changed.</summary>
    public static string Propagated(MountAttr attributes) => "{" + Kind(attributes) + "}";

    public static string Open(int flags)
    {
        var text = new StringBuilder((flags & 3) switch { 1 => "O_WRONLY", 2 => "O_RDWR", _ => "O_RDONLY" });
        void Add(int flag, string name)
        {
            if ((flags & flag) != 0) text.Append('|').Append(name);
        }
        Add(OpenFlags.Path, "O_PATH");
        Add(OpenFlags.Create, "O_CREAT");
        Add(OpenFlags.Exclusive, "O_EXCL");
        Add(OpenFlags.Truncate, "O_TRUNC");
        Add(OpenFlags.Directory, "O_DIRECTORY");
        Add(OpenFlags.NoFollow, "O_NOFOLLOW");
        Add(OpenFlags.NoCtty, "O_NOCTTY");
        // O_CLOEXEC is on every descriptor of a plan; repeating it would only hide the rest.
        string shown = text.ToString();
        return shown.StartsWith("O_RDONLY|O_PATH", StringComparison.Ordinal) ? shown["O_RDONLY|".Length..] : shown;
    }

    public static string Resolution(Resolve resolve)
    {
        if (resolve == Resolve.None) return "";
        var names = new List<string>();
        if (resolve.HasFlag(Resolve.InRoot)) names.Add("RESOLVE_IN_ROOT");
        if (resolve.HasFlag(Resolve.Beneath)) names.Add("RESOLVE_BENEATH");
        if (resolve.HasFlag(Resolve.NoXdev)) names.Add("RESOLVE_NO_XDEV");
        if (resolve.HasFlag(Resolve.NoMagiclinks)) names.Add("RESOLVE_NO_MAGICLINKS");
        if (resolve.HasFlag(Resolve.NoSymlinks)) names.Add("RESOLVE_NO_SYMLINKS");
        return ", " + string.Join('|', names);
    }

    public static string Attributes(MountAttributes attributes)
    {
        if (attributes == 0) return "0";
        var names = new List<string>();
        void Add(MountAttributes flag, string name)
        {
            if ((attributes & flag) == flag) names.Add(name);
        }
        Add(MountAttributes.ReadOnly, "RDONLY");
        Add(MountAttributes.NoSuid, "NOSUID");
        Add(MountAttributes.NoDev, "NODEV");
        Add(MountAttributes.NoExec, "NOEXEC");
        Add(MountAttributes.NoAtime, "NOATIME");
        Add(MountAttributes.StrictAtime, "STRICTATIME");
        Add(MountAttributes.NoDiratime, "NODIRATIME");
        Add(MountAttributes.Idmap, "IDMAP");
        Add(MountAttributes.NoSymfollow, "NOSYMFOLLOW");
        return string.Join('|', names);
    }

    private static string Kind(MountAttr attributes) => "MS_" + attributes.Propagation.ToString().ToUpperInvariant();

    public static string Clone(CloneFlags flags)
    {
        var names = new List<string>();
        void Add(CloneFlags flag, string name)
        {
            if (flags.HasFlag(flag)) names.Add(name);
        }
        Add(CloneFlags.NewUser, "CLONE_NEWUSER");
        Add(CloneFlags.NewPid, "CLONE_NEWPID");
        Add(CloneFlags.NewNs, "CLONE_NEWNS");
        Add(CloneFlags.NewUts, "CLONE_NEWUTS");
        Add(CloneFlags.NewIpc, "CLONE_NEWIPC");
        Add(CloneFlags.NewNet, "CLONE_NEWNET");
        Add(CloneFlags.NewCgroup, "CLONE_NEWCGROUP");
        Add(CloneFlags.NewTime, "CLONE_NEWTIME");
        Add(CloneFlags.IntoCgroup, "CLONE_INTO_CGROUP");
        return names.Count == 0 ? "0" : string.Join('|', names);
    }
}
