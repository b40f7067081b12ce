using System.Runtime.InteropServices;
using System.Text;
using PSContainer.Engine.Seccomp;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Seccomp;

/// <summary>A fact about programs that libseccomp makes, on x86-64, whose numbers it names.</summary>
internal sealed class CompilerFactAttribute : FactAttribute
{
    public CompilerFactAttribute() => Skip = Missing;

    internal static string? Missing => RuntimeInformation.ProcessArchitecture != Architecture.X64 ? "needs x86-64"
        : NativeLibrary.TryLoad("libseccomp", typeof(FilterCompiler).Assembly, null, out _) ? null : "needs libseccomp-dev";
}

internal sealed class CompilerTheoryAttribute : TheoryAttribute
{
    public CompilerTheoryAttribute() => Skip = CompilerFactAttribute.Missing;
}

/// <summary>What a profile's program answers, as the kernel would run it.</summary>
public class FilterCompilerTests
{
    private const uint Read = 0, Write = 1, Getcwd = 79, Personality = 135, Mkdir = 83, Tkill = 200, Openat2 = 437, Mseal = 462;
    private const uint Eperm = SeccompAction.Errno | 1, Enosys = SeccompAction.Errno | 38;

    internal static CompiledFilter Compile(string json) => FilterCompiler.Compile(SeccompReader.Read(Encoding.UTF8.GetBytes(json)));

    private static string Profile(string rules, string otherwise = "SCMP_ACT_ERRNO", string more = "") => $"{{\"defaultAction\":\"{otherwise}\"{more},\"syscalls\":[{rules}]}}";

    private static string Rule(string name, string action, string more = "") => $"{{\"names\":[\"{name}\"],\"action\":\"{action}\"{more}}}";

    [CompilerTheory]
    [InlineData("SCMP_ACT_KILL", SeccompAction.KillThread)]
    [InlineData("SCMP_ACT_KILL_THREAD", SeccompAction.KillThread)]
    [InlineData("SCMP_ACT_KILL_PROCESS", SeccompAction.KillProcess)]
    [InlineData("SCMP_ACT_TRAP", SeccompAction.Trap)]
    [InlineData("SCMP_ACT_ERRNO", Eperm)]
    [InlineData("SCMP_ACT_TRACE", SeccompAction.Trace | 1)]
    [InlineData("SCMP_ACT_LOG", SeccompAction.Log)]
    [InlineData("SCMP_ACT_NOTIFY", SeccompAction.Notify)]
    public void Every_action_is_what_it_says(string action, uint answer)
    {
        CompiledFilter filter = Compile(Profile(Rule("getcwd", action), "SCMP_ACT_ALLOW", ",\"listenerPath\":\"/run/agent\""));
        Assert.Equal(answer, filter.Answer(FilterRun.X64, Getcwd));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Read));
        Assert.Equal(action == "SCMP_ACT_NOTIFY", filter.Listener is not null);
    }

    [CompilerFact]
    public void Errors_are_those_that_are_given()
    {
        CompiledFilter filter = Compile(Profile(Rule("getcwd", "SCMP_ACT_ERRNO", ",\"errnoRet\":0") + "," + Rule("mkdir", "SCMP_ACT_TRACE", ",\"errnoRet\":65535") + "," + Rule("tkill", "SCMP_ACT_ALLOW"), more: ",\"defaultErrnoRet\":13"));
        Assert.Equal(SeccompAction.Errno, filter.Answer(FilterRun.X64, Getcwd));
        Assert.Equal(SeccompAction.Trace | 65535, filter.Answer(FilterRun.X64, Mkdir));
        Assert.Equal(SeccompAction.Errno | 13, filter.Answer(FilterRun.X64, Read));
    }

    [CompilerTheory]
    [InlineData("SCMP_CMP_EQ", "", 5, true)]
    [InlineData("SCMP_CMP_EQ", "", 0x1_0000_0005, false)]
    [InlineData("SCMP_CMP_NE", "", 5, false)]
    [InlineData("SCMP_CMP_NE", "", 6, true)]
    [InlineData("SCMP_CMP_LT", "", 4, true)]
    [InlineData("SCMP_CMP_LT", "", 5, false)]
    [InlineData("SCMP_CMP_LE", "", 5, true)]
    [InlineData("SCMP_CMP_LE", "", 0x1_0000_0000, false)]
    [InlineData("SCMP_CMP_GE", "", 5, true)]
    [InlineData("SCMP_CMP_GE", "", 4, false)]
    [InlineData("SCMP_CMP_GT", "", 5, false)]
    [InlineData("SCMP_CMP_GT", "", 0x1_0000_0000, true)]
    [InlineData("SCMP_CMP_MASKED_EQ", ",\"valueTwo\":4", 0xFFFF_FFF6, true)]
    [InlineData("SCMP_CMP_MASKED_EQ", ",\"valueTwo\":4", 0xFFFF_FFF7, false)]
    public void Every_comparison_is_of_64_bits(string comparison, string second, ulong argument, bool holds)
    {
        CompiledFilter filter = Compile(Profile(Rule("personality", "SCMP_ACT_ALLOW", $",\"args\":[{{\"index\":0,\"value\":5{second},\"op\":\"{comparison}\"}}]")));
        Assert.Equal(holds ? SeccompAction.Allow : Eperm, filter.Answer(FilterRun.X64, Personality, argument));
    }

    [CompilerFact]
    public void Comparisons_of_several_arguments_hold_together_and_of_one_alone()
    {
        const string both = ",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":5,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]";
        const string either = ",\"args\":[{\"index\":1,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]";
        CompiledFilter filter = Compile(Profile(Rule("write", "SCMP_ACT_ALLOW", both) + "," + Rule("mkdir", "SCMP_ACT_ALLOW", either)));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Write, 1, 0, 0, 0, 0, 2));
        Assert.Equal(Eperm, filter.Answer(FilterRun.X64, Write, 1, 0, 0, 0, 0, 3));
        Assert.Equal(Eperm, filter.Answer(FilterRun.X64, Write, 0, 0, 0, 0, 0, 2));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Mkdir, 0, 1));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Mkdir, 0, 2));
        Assert.Equal(Eperm, filter.Answer(FilterRun.X64, Mkdir, 0, 3));
    }

    [CompilerFact]
    public void Each_architecture_is_judged_by_its_own_numbers_and_others_are_killed()
    {
        const uint getcwdX86 = 183, mkdirX86 = 39;
        CompiledFilter filter = Compile(Profile(Rule("getcwd", "SCMP_ACT_ALLOW"), more: ",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Getcwd));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, FilterRun.X32 | Getcwd));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X86, getcwdX86));
        Assert.Equal(Eperm, filter.Answer(FilterRun.X86, mkdirX86));
        Assert.Equal(SeccompAction.KillThread, filter.Answer(SeccompArchitecture.Arm64, 17));
        Assert.Equal(SeccompAction.KillThread, Compile(Profile(Rule("getcwd", "SCMP_ACT_ALLOW"))).Answer(FilterRun.X86, getcwdX86));
        // For other machines' programs, which none can run: they are no reason to refuse a list that is for many machines.
        Compile(Profile(Rule("getcwd", "SCMP_ACT_ALLOW"), more: ",\"architectures\":[\"SCMP_ARCH_S390X\",\"SCMP_ARCH_MIPS\",\"SCMP_ARCH_LOONGARCH64\",\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\"]"));
    }

    [CompilerFact]
    public void Calls_that_are_younger_than_the_profile_seem_not_to_be_there()
    {
        const string architectures = ",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]";
        string rules = Rule("openat2", "SCMP_ACT_ALLOW") + "," + Rule("read", "SCMP_ACT_ALLOW");
        CompiledFilter filter = Compile(Profile(rules, more: architectures));
        foreach ((uint architecture, uint bit) in ((uint, uint)[])[(FilterRun.X64, 0), (FilterRun.X64, FilterRun.X32), (FilterRun.X86, 0)])
        {
            Assert.Equal(SeccompAction.Allow, filter.Answer(architecture, bit | Openat2));
            Assert.Equal(Enosys, filter.Answer(architecture, bit | (Openat2 + 1)));
            Assert.Equal(Enosys, filter.Answer(architecture, bit | Mseal));
            Assert.Equal(Eperm, filter.Answer(architecture, bit | (Openat2 - 1)));
        }
        // Where x32 is nobody's, none of its calls is there.
        Assert.Equal(Enosys, Compile(Profile(rules)).Answer(FilterRun.X64, FilterRun.X32 | Read));
    }

    [CompilerTheory]
    [InlineData("SCMP_ACT_ALLOW", "", SeccompAction.Allow)]
    [InlineData("SCMP_ACT_LOG", "", SeccompAction.Log)]
    [InlineData("SCMP_ACT_TRACE", "", SeccompAction.Trace | 1)]
    [InlineData("SCMP_ACT_KILL_PROCESS", "", Enosys)]
    [InlineData("SCMP_ACT_ERRNO", ",\"defaultErrnoRet\":38", Enosys)]
    public void Only_a_profile_that_refuses_says_so_of_younger_calls(string otherwise, string more, uint answer)
        => Assert.Equal(answer, Compile(Profile(Rule("getcwd", "SCMP_ACT_ERRNO", ",\"errnoRet\":7"), otherwise, more)).Answer(FilterRun.X64, Mseal));

    [CompilerFact]
    public void A_call_that_no_kernel_has_is_passed_over()
    {
        CompiledFilter filter = Compile(Profile("{\"names\":[\"no_such_call\",\"getcwd\",\"breakpoint\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Getcwd));
    }

    [CompilerFact]
    public void What_libseccomp_finds_fault_with_is_an_error()
    {
        const string same = ",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]";
        Fails.With("SeccompInvalid", () => Compile(Profile(Rule("write", "SCMP_ACT_ALLOW", same) + "," + Rule("write", "SCMP_ACT_KILL", same))));
        string many = string.Join(',', Enumerable.Range(0, 4200).Select(i => Rule("write", "SCMP_ACT_ALLOW", $",\"args\":[{{\"index\":0,\"value\":{i},\"op\":\"SCMP_CMP_EQ\"}}]")));
        Fails.With("SeccompInvalid", () => Compile(Profile(many)));
    }

    [CompilerFact]
    public void A_rule_that_says_what_is_said_of_all_is_none()
        => Assert.Equal(SeccompAction.Allow, Compile(Profile(Rule("getcwd", "SCMP_ACT_ALLOW") + "," + Rule("mkdir", "SCMP_ACT_ALLOW"), "SCMP_ACT_ALLOW")).Answer(FilterRun.X64, Mkdir));
}
