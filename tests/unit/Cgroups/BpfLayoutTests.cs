using System.Diagnostics;
using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Cgroups;

/// <summary>Numbers and layouts against the C headers, as gcc sees them.</summary>
[Trait("Needs", "gcc")]
public class BpfLayoutTests
{
    [FactWithCompiler]
    public void Attributes_and_numbers_are_those_of_the_headers()
    {
        (string C, long Value)[] facts =
        [
            ("BPF_PROG_LOAD", Bpf.ProgLoad), ("BPF_PROG_ATTACH", Bpf.ProgAttach), ("BPF_PROG_DETACH", Bpf.ProgDetach),
            ("BPF_PROG_GET_FD_BY_ID", Bpf.ProgGetFdById), ("BPF_OBJ_GET_INFO_BY_FD", Bpf.ObjGetInfoByFd), ("BPF_PROG_QUERY", Bpf.ProgQuery),
            ("BPF_PROG_TYPE_CGROUP_DEVICE", Bpf.TypeCgroupDevice), ("BPF_CGROUP_DEVICE", Bpf.AttachCgroupDevice),
            ("BPF_F_ALLOW_MULTI", Bpf.AllowMulti), ("BPF_F_REPLACE", Bpf.Replace),
            ("BPF_DEVCG_ACC_MKNOD", (long)DeviceAccess.MakeNode), ("BPF_DEVCG_ACC_READ", (long)DeviceAccess.Read), ("BPF_DEVCG_ACC_WRITE", (long)DeviceAccess.Write),
            ("BPF_DEVCG_DEV_BLOCK", 1), ("BPF_DEVCG_DEV_CHAR", 2),
            ("offsetof(union bpf_attr, prog_type)", 0), ("offsetof(union bpf_attr, insn_cnt)", 4),
            ("offsetof(union bpf_attr, insns)", Bpf.LoadInstructionsOffset), ("offsetof(union bpf_attr, license)", Bpf.LoadLicenseOffset),
            ("offsetof(union bpf_attr, prog_name)", 48), ("offsetof(union bpf_attr, expected_attach_type)", 68), ("BPF_OBJ_NAME_LEN", 16),
            ("offsetof(union bpf_attr, target_fd)", Bpf.AttachTargetOffset), ("offsetof(union bpf_attr, attach_bpf_fd)", Bpf.AttachProgramOffset),
            ("offsetof(union bpf_attr, attach_type)", 8), ("offsetof(union bpf_attr, attach_flags)", 12), ("offsetof(union bpf_attr, replace_bpf_fd)", 16),
            ("offsetof(union bpf_attr, query.attach_type)", 4), ("offsetof(union bpf_attr, query.prog_ids)", 16), ("offsetof(union bpf_attr, query.prog_cnt)", 24),
            ("offsetof(union bpf_attr, info.info)", 8), ("offsetof(struct bpf_prog_info, name)", 64),
            ("offsetof(struct bpf_cgroup_dev_ctx, major)", 4), ("offsetof(struct bpf_cgroup_dev_ctx, minor)", 8),
        ];
        var source = "#include <stddef.h>\n#include <linux/bpf.h>\n" + string.Concat(facts.Select(static fact => $"_Static_assert({fact.C} == {fact.Value}, \"{fact.C}\");\n"));
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-fsyntax-only", "-x", "c", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        var complaints = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, complaints);
    }

    [Fact]
    public void The_attributes_carry_what_they_should()
    {
        var load = Bpf.LoadAttributes(7);
        Assert.Equal((72, 15, 7, 6), (load.Length, load[0], load[4], load[68]));
        Assert.Equal("pscontainer_dev\0", System.Text.Encoding.ASCII.GetString(load, 48, 16));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], Bpf.AttachAttributes());
        Assert.Equal([6, 9], Bpf.AttachAttributes(replaced: 9).Where(static (_, at) => at is 12 or 16));
    }
}

/// <summary>A fact that is reported as not run where there is no gcc.</summary>
internal sealed class FactWithCompilerAttribute : FactAttribute
{
    public FactWithCompilerAttribute()
    {
        if (!File.Exists("/usr/bin/gcc") || !File.Exists("/usr/include/linux/bpf.h")) Skip = "needs gcc and the kernel's headers";
    }
}
