using System.Runtime.InteropServices;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>The device filter of a v2 group: an eBPF program, loaded and attached before anything runs in the group.</summary>
internal static class DeviceFilterSteps
{
    public static void Attach(PlanDraft draft, Slot group, ulong[] program)
    {
        byte[] instructions = MemoryMarshal.AsBytes<ulong>(program).ToArray();
        byte[] load = Bpf.LoadAttributes(program.Length);
        var loadBlock = new Argument.Bytes(load, $"{{CGROUP_DEVICE, {program.Length} instructions}}")
        {
            Pointers = [(Bpf.LoadInstructionsOffset, instructions), (Bpf.LoadLicenseOffset, Bpf.License.ToArray())],
        };
        Slot loaded = draft.Add(Call.Bpf, "the device rules, as a program", [PlanDraft.Flags(Bpf.ProgLoad, "BPF_PROG_LOAD"), loadBlock, load.Length],
            result: "device rules", subject: "device rules");

        byte[] attach = Bpf.AttachAttributes();
        draft.Add(Call.Bpf, "they hold before anything runs in the group",
            [PlanDraft.Flags(Bpf.ProgAttach, "BPF_PROG_ATTACH"),
             new Argument.Bytes(attach, $"{{{group}, {loaded}}}") { Filled = [(Bpf.AttachTargetOffset, group), (Bpf.AttachProgramOffset, loaded)] }, attach.Length],
            subject: "device rules");
    }
}
