using System.Buffers.Binary;
using System.Diagnostics;
using PSContainer.Engine.Plan;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>The idle init's bytes are what an assembler makes of the source beside them.</summary>
[Trait("Needs", "an assembler")]
public class IdleInitTests
{
    [FactWithAssembler("x86_64")]
    public void The_x86_64_listing_is_its_source() => Assert.Equal(Convert.ToHexString(IdleInit.CodeX64), Assemble("x86_64", IdleInit.SourceX64));

    [FactWithAssembler("aarch64")]
    public void The_arm64_listing_is_its_source() => Assert.Equal(Convert.ToHexString(IdleInit.CodeArm64), Assemble("aarch64", IdleInit.SourceArm64));

    [Fact]
    public void The_program_is_a_small_static_elf_file()
    {
        byte[] program = IdleInit.Program();
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], program[..4]);
        Assert.InRange(program.Length, 120, 512);
        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(program.AsSpan(24)), address = BinaryPrimitives.ReadUInt64LittleEndian(program.AsSpan(64 + 16));
        int start = (int)(entry - address);
        Assert.Equal(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? IdleInit.CodeX64.ToArray() : IdleInit.CodeArm64.ToArray(), program[start..]);
        // Loaded to read and to run, never to write.
        Assert.Equal(5u, BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(64 + 4)));
    }

    private static string Assemble(string machine, string source)
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            File.WriteAllText(folder + "/init.s", source);
            foreach (string[] command in FactWithAssemblerAttribute.Commands(machine, folder)) Run(command);
            return Convert.ToHexString(File.ReadAllBytes(folder + "/init.bin"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        string complaints = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, complaints);
    }
}

/// <summary>A fact that is reported as not run where nothing assembles for that machine.</summary>
internal sealed class FactWithAssemblerAttribute : FactAttribute
{
    public FactWithAssemblerAttribute(string machine)
    {
        if (Commands(machine, "/").Length == 0) Skip = $"needs an assembler for {machine}: binutils, clang with llvm, or a cross binutils";
    }

    /// <summary>init.s to init.bin.</summary>
    public static string[][] Commands(string machine, string folder)
    {
        string[] files = [folder + "/init.s", folder + "/init.o", folder + "/init.bin"];
        bool own = machine == "x86_64" == (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64);
        foreach (string prefix in own ? (string[])["", machine + "-linux-gnu-"] : [machine + "-linux-gnu-"])
            if (Find(prefix + "as") is { } assembler && Find(prefix + "objcopy") is { } copier)
                return [[assembler, "-o", files[1], files[0]], [copier, "-O", "binary", "-j", ".text", files[1], files[2]]];
        if (Find("llvm-mc") is { } llvm && Find("llvm-objcopy") is { } llvmCopier)
            return [[llvm, $"--triple={machine}-linux-gnu", "--filetype=obj", "-o", files[1], files[0]], [llvmCopier, "-O", "binary", "-j", ".text", files[1], files[2]]];
        return [];
    }

    private static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
