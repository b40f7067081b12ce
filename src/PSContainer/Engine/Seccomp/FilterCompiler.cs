using System.Runtime.InteropServices;
using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Seccomp;

/// <summary>Makes the kernel's program of a profile, by libseccomp; only in the executable, which it is a part of.</summary>
public static class FilterCompiler
{
    private const int ManyRules = 32;

    private static readonly uint Native = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? SeccompArchitecture.X64 : SeccompArchitecture.Arm64;

    /// <exception cref="EngineException">SeccompInvalid.</exception>
    public static CompiledFilter Compile(SeccompProfile profile)
    {
        try
        {
            using var compiler = new SeccompCompiler(profile.Otherwise);
            foreach (uint architecture in profile.Architectures) compiler.Add(architecture);
            if (profile.Rules.Count > ManyRules || profile.Rules.Any(rule => rule.Names.Count > ManyRules)) compiler.Sort();
            foreach (SeccompRule rule in profile.Rules)
                // libseccomp takes no rule that says what is said of all.
                if (rule.Action != profile.Otherwise) Add(compiler, rule);
            byte[] program = [.. NewerCalls.Instructions(Newest(profile)), .. compiler.Export()];
            if (program.Length > SeccompCompiler.LongestProgram * SeccompCompiler.InstructionSize) throw TooLong();
            return new CompiledFilter(program, profile.Flags, profile.Listener);
        }
        catch (KernelException failure)
        {
            throw failure.Errno == Errno.E2BIG ? TooLong() : SeccompReader.Invalid(failure.Message, failure);
        }
    }

    private static void Add(SeccompCompiler compiler, SeccompRule rule)
    {
        foreach (string name in rule.Names)
        {
            // docker's rule: a list is for many kernels and libraries, and what none of them knows nobody here can call.
            if (SeccompCompiler.Resolve(Native, name) is not { } call) continue;
            SeccompComparison[] arguments = [.. rule.Arguments];
            if (arguments.DistinctBy(a => a.Argument).Count() == arguments.Length)
            {
                Check(name, compiler.Add(rule.Action, call, arguments));
                continue;
            }
            // libseccomp takes one comparison an argument. runc and crun make a rule of each then, and profiles rely on it.
            for (int i = 0; i < arguments.Length; i++) Check(name, compiler.Add(rule.Action, call, arguments.AsSpan(i, 1)));
        }
    }

    private static void Check(string name, Errno error)
    {
        if (error == Errno.None) return;
        throw SeccompReader.Invalid(error == Errno.EEXIST ? $"it contradicts itself about '{Printable.Of(name)}'" : $"'{Printable.Of(name)}' can't be judged so: {KernelException.Describe(error)}");
    }

    /// <summary>The highest number that the profile speaks of, by architecture; none where it lets through what it does not know.</summary>
    private static Dictionary<uint, uint> Newest(SeccompProfile profile)
    {
        var newest = new Dictionary<uint, uint>();
        // A tracer answers unknown calls itself; and who wants ENOSYS for all has said so.
        if (profile.Otherwise is SeccompAction.Allow or SeccompAction.Log || (profile.Otherwise & ~SeccompAction.DataMask) == SeccompAction.Trace) return newest;
        if (profile.Otherwise == (SeccompAction.Errno | (uint)Errno.ENOSYS)) return newest;
        foreach (uint architecture in profile.Architectures.Prepend(Native).Distinct())
        {
            int last = 0;
            foreach (SeccompRule rule in profile.Rules)
                foreach (string name in rule.Names)
                    if (SeccompCompiler.Resolve(architecture, name) is { } number && number > last) last = number;
            if (last > 0) newest[architecture] = (uint)last;
        }
        return newest;
    }

    private static EngineException TooLong() => SeccompReader.Invalid($"it becomes more than the {SeccompCompiler.LongestProgram} instructions that the kernel takes");
}
