using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>linux.sysctl: only what belongs to a namespace of the container's own, written through its own procfs.</summary>
internal static class SysctlSteps
{
    private static readonly string[] Ipc =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    public static void Add(PlanDraft draft, InRoot inRoot, LinuxSpec linux, CloneFlags own)
    {
        foreach ((string name, string value) in linux.Sysctl)
        {
            Check(name, value, own);
            Slot proc = inRoot.Open("/proc", "the container's own procfs", directory: true);
            // No step out of this one mount: a tmpfs laid over /proc/sys would swallow the setting (CVE-2025-52881).
            draft.Add(Call.WriteFile, "linux.sysctl",
                [.. InRoot.HowArguments(proc, "sys/" + name.Replace('.', '/'), OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0,
                    Resolve.Beneath | Resolve.NoXdev | Resolve.NoMagiclinks | Resolve.NoSymlinks), value, System.Text.Encoding.UTF8.GetByteCount(value)],
                subject: name);
        }
    }

    /// <exception cref="EngineException">SysctlInvalid: it is the whole machine's, a shared namespace's, or no setting.</exception>
    internal static void Check(string name, string value, CloneFlags own)
    {
        CloneFlags needed = name switch
        {
            _ when name.StartsWith("net.", StringComparison.Ordinal) => CloneFlags.NewNet,
            _ when name.StartsWith("fs.mqueue.", StringComparison.Ordinal) || Ipc.Contains(name) => CloneFlags.NewIpc,
            "kernel.domainname" => CloneFlags.NewUts,
            _ => throw Invalid(name, "it belongs to the whole machine"),
        };
        // '+' and '/' once smuggled other settings in (CVE-2022-0811).
        if (name.Contains("..") || name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"))
            throw Invalid(name, "its name has a character that no setting has");
        if (value.AsSpan().ContainsAny('\n', '\0')) throw Invalid(name, "its value has a line break");
        if (value.AsSpan().ContainsAny('+', '=')) throw Invalid(name, "its value names another setting");
        if (!own.HasFlag(needed)) throw Invalid(name, "the container shares that namespace with the host");
    }

    private static EngineException Invalid(string name, string why)
        => new("SysctlInvalid", Reason.InvalidInput, $"The sysctl '{Printable.Of(name)}' can't be set: {why}.");
}
