using System.Buffers.Binary;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Plan.Build;

/// <summary>
/// The filter of system calls. Under no_new_privs it is the last thing before execve, so that it need allow nothing of what this house does; without, only
/// a privileged process may load one, and so it goes before the capabilities do.
/// </summary>
internal sealed class FilterSteps(PlanDraft draft, CompiledFilter? filter, ProcessSpec process)
{
    private bool _isLoaded = filter is null;

    private static readonly (uint Flag, string Name)[] FlagNames =
    [
        (SeccompFlag.Tsync, "TSYNC"), (SeccompFlag.Log, "LOG"), (SeccompFlag.SpecAllow, "SPEC_ALLOW"), (SeccompFlag.NewListener, "NEW_LISTENER"),
        (SeccompFlag.TsyncEsrch, "TSYNC_ESRCH"), (SeccompFlag.WaitKillableRecv, "WAIT_KILLABLE_RECV"),
    ];

    /// <summary>Stands before the capabilities are dropped.</summary>
    public void LoadWhilePrivileged()
    {
        if (!process.NoNewPrivileges) LoadLast();
    }

    /// <summary>Stands before execve.</summary>
    public void LoadLast()
    {
        if (_isLoaded) return;
        _isLoaded = true;
        // struct sock_fprog: how many instructions, and where they are.
        const int size = 16, pointer = 8;
        var program = new byte[size];
        int count = filter!.Program.Length / SeccompCompiler.InstructionSize;
        BinaryPrimitives.WriteUInt16LittleEndian(program, (ushort)count);
        Argument[] arguments =
        [
            PlanDraft.Flags(SeccompFlag.SetModeFilter, "SECCOMP_SET_MODE_FILTER"), PlanDraft.Flags(filter.Flags, Shown(filter.Flags)),
            new Argument.Bytes(program, count == 0 ? "{the profile's program}" : $"{{{count} instructions}}") { Pointers = [(pointer, filter.Program)] },
        ];
        const string why = "from here on it makes no call but those of its profile";
        if (filter.Listener is null)
        {
            draft.Add(Call.Seccomp, why, arguments, subject: "linux.seccomp");
            return;
        }
        Slot listener = draft.Add(Call.Seccomp, why, arguments, result: "listener", subject: "linux.seccomp");
        draft.Add(Call.HandOverListener, "whoever answers calls gets to know of it before the first one", [listener], subject: filter.Listener.Path);
    }

    private static string Shown(uint flags)
        => flags == 0 ? "0" : string.Join('|', FlagNames.Where(flag => (flags & flag.Flag) != 0).Select(flag => "SECCOMP_FILTER_FLAG_" + flag.Name));
}
