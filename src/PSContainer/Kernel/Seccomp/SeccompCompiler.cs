using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel.Seccomp;

/// <summary>struct scmp_arg_cmp: one comparison of one argument.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SeccompComparison
{
    /// <summary>The argument, from 0 to 5.</summary>
    public uint Argument;
    public SeccompOperator Operator;
    public ulong First;
    public ulong Second;
}

/// <summary>
/// libseccomp (seccomp_init(3) and its kin), which makes programs for the kernel of rules about calls. It is part of the executable; the
/// module itself never calls it. Its errors are negative numbers of errno.
/// </summary>
public sealed unsafe partial class SeccompCompiler : IDisposable
{
    private const string Library = "libseccomp";
    private const int Unknown = -1, OptimizeAttribute = 8;

    /// <summary>Of struct sock_filter.</summary>
    public const int InstructionSize = 8;

    /// <summary>BPF_MAXINSNS: the kernel takes no longer one.</summary>
    public const int LongestProgram = 4096;

    private readonly nint _filter;

    [StructLayout(LayoutKind.Sequential)]
    private struct LibraryVersion
    {
        public uint Major, Minor, Micro;
    }

    [LibraryImport(Library, EntryPoint = "seccomp_version")]
    private static partial LibraryVersion* VersionCall();

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Init(uint action);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint filter);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int ArchAdd(nint filter, uint architecture);

    [LibraryImport(Library, EntryPoint = "seccomp_attr_set")]
    private static partial int AttrSet(nint filter, int attribute, uint value);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static partial int RuleAdd(nint filter, uint action, int call, uint count, SeccompComparison* comparisons);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name_arch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveName(uint architecture, string name);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int ExportBpf(nint filter, int file);

    /// <param name="otherwise">The answer to every call that no rule is about.</param>
    /// <exception cref="KernelException">EINVAL: the library or the kernel knows no such answer.</exception>
    public SeccompCompiler(uint otherwise)
    {
        _filter = Init(otherwise);
        if (_filter == 0) throw new KernelException("seccomp_init", Errno.EINVAL);
    }

    /// <summary>"2.5.4"</summary>
    public static string Version => VersionCall() is var version && version is null ? "" : $"{version->Major}.{version->Minor}.{version->Micro}";

    /// <summary>The number of a call in this very library's tables; null where it knows none of that name. Negative ones are calls of other architectures.</summary>
    public static int? Resolve(uint architecture, string name) => ResolveName(architecture, name) is var number && number != Unknown ? number : null;

    /// <summary>Programs of this architecture are judged as well, not only the machine's own.</summary>
    /// <exception cref="KernelException"/>
    public void Add(uint architecture)
    {
        Errno error = (Errno)(-ArchAdd(_filter, architecture));
        // EEXIST: the machine's own. EDOM, EINVAL: of another byte order, or younger than the library; no program of it can run here.
        if (error is not (Errno.None or Errno.EEXIST or Errno.EDOM or Errno.EINVAL)) throw new KernelException("seccomp_arch_add", error);
    }

    /// <summary>A tree in place of a list: with many rules a call finds its answer sooner.</summary>
    public void Sort()
    {
        const uint tree = 2;
        // An older library has no trees, and needs none.
        _ = AttrSet(_filter, OptimizeAttribute, tree);
    }

    /// <summary>The answer to one call where all comparisons hold. EEXIST: there is another answer for the same.</summary>
    public Errno Add(uint action, int call, ReadOnlySpan<SeccompComparison> comparisons)
    {
        fixed (SeccompComparison* start = comparisons) return (Errno)(-RuleAdd(_filter, action, call, (uint)comparisons.Length, start));
    }

    /// <summary>The program: instructions of 8 bytes (struct sock_filter), as seccomp(2) takes them.</summary>
    /// <exception cref="KernelException">E2BIG: more instructions than the kernel takes.</exception>
    public byte[] Export()
    {
        using var name = new NativePath("seccomp", stackalloc byte[NativePath.Short]);
        int file = LibC.memfd_create(name.Start, LibC.MFD_CLOEXEC);
        if (file < 0) throw new KernelException("memfd_create", Syscall.Last);
        try
        {
            int error = ExportBpf(_filter, file);
            if (error != 0) throw new KernelException("seccomp_export_bpf", (Errno)(-error));
            Files.Rewind(file);
            Span<byte> program = stackalloc byte[(LongestProgram + 1) * InstructionSize];
            int length = Files.Read(file, program);
            if (length < 0) throw new KernelException("read", Syscall.Last, "the filter");
            return length <= LongestProgram * InstructionSize ? program[..length].ToArray() : throw new KernelException("seccomp_export_bpf", Errno.E2BIG, "the filter");
        }
        finally
        {
            Files.Close(file);
        }
    }

    public void Dispose() => Release(_filter);
}
