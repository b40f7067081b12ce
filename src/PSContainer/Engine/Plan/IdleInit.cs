using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PSContainer.Engine.Plan;

/// <summary>
/// PID 1 of a container without a command: a static ELF program of a few hundred bytes that runs from memory, so that it
/// needs no file and no library of the root, and shows nobody a binary of the host's. It blocks all signals and takes
/// them one at a time: SIGCHLD reaps, SIGHUP, SIGINT, SIGQUIT and SIGTERM end it with 0. tests/unit assembles the
/// source beside each listing and compares.
/// </summary>
public static class IdleInit
{
    public const string SourceX64 = """
        mov $14, %eax            # rt_sigprocmask(SIG_BLOCK, all, NULL, 8)
        xor %edi, %edi
        lea all(%rip), %rsi
        xor %edx, %edx
        mov $8, %r10d
        syscall
        next:
        mov $128, %eax           # rt_sigtimedwait(all, NULL, NULL, 8)
        lea all(%rip), %rdi
        xor %esi, %esi
        xor %edx, %edx
        mov $8, %r10d
        syscall
        cmp $17, %eax            # SIGCHLD
        je reap
        cmp $1, %eax             # SIGHUP, SIGINT, SIGQUIT
        jl next
        cmp $3, %eax
        jle quit
        cmp $15, %eax            # SIGTERM
        jne next
        quit:
        mov $231, %eax           # exit_group(0)
        xor %edi, %edi
        syscall
        reap:
        mov $61, %eax            # wait4(-1, NULL, WNOHANG, NULL) until there is no more
        mov $-1, %edi
        xor %esi, %esi
        mov $1, %edx
        xor %r10d, %r10d
        syscall
        test %eax, %eax
        jg reap
        jmp next
        all: .quad -1

        """;

    public const string SourceArm64 = """
        mov x8, #135             // rt_sigprocmask(SIG_BLOCK, all, NULL, 8)
        mov x0, #0
        adr x1, all
        mov x2, #0
        mov x3, #8
        svc #0
        next:
        mov x8, #137             // rt_sigtimedwait(all, NULL, NULL, 8)
        adr x0, all
        mov x1, #0
        mov x2, #0
        mov x3, #8
        svc #0
        cmp x0, #17              // SIGCHLD
        b.eq reap
        cmp x0, #1               // SIGHUP, SIGINT, SIGQUIT
        b.lt next
        cmp x0, #3
        b.le quit
        cmp x0, #15              // SIGTERM
        b.ne next
        quit:
        mov x8, #94              // exit_group(0)
        mov x0, #0
        svc #0
        reap:
        mov x8, #260             // wait4(-1, NULL, WNOHANG, NULL) until there is no more
        mov x0, #-1
        mov x1, #0
        mov x2, #1
        mov x3, #0
        svc #0
        cmp x0, #0
        b.gt reap
        b next
        all: .quad -1

        """;

    /// <summary>What the assembler makes of <see cref="SourceX64"/>.</summary>
    public static ReadOnlySpan<byte> CodeX64 => [
        0xB8, 0x0E, 0x00, 0x00, 0x00, 0x31, 0xFF, 0x48, 0x8D, 0x35, 0x5B, 0x00, 0x00, 0x00, 0x31, 0xD2, 0x41, 0xBA, 0x08, 0x00,
        0x00, 0x00, 0x0F, 0x05, 0xB8, 0x80, 0x00, 0x00, 0x00, 0x48, 0x8D, 0x3D, 0x45, 0x00, 0x00, 0x00, 0x31, 0xF6, 0x31, 0xD2,
        0x41, 0xBA, 0x08, 0x00, 0x00, 0x00, 0x0F, 0x05, 0x83, 0xF8, 0x11, 0x74, 0x18, 0x83, 0xF8, 0x01, 0x7C, 0xDE, 0x83, 0xF8,
        0x03, 0x7E, 0x05, 0x83, 0xF8, 0x0F, 0x75, 0xD4, 0xB8, 0xE7, 0x00, 0x00, 0x00, 0x31, 0xFF, 0x0F, 0x05, 0xB8, 0x3D, 0x00,
        0x00, 0x00, 0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0x31, 0xF6, 0xBA, 0x01, 0x00, 0x00, 0x00, 0x45, 0x31, 0xD2, 0x0F, 0x05, 0x85,
        0xC0, 0x7F, 0xE6, 0xEB, 0xAF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    /// <summary>What the assembler makes of <see cref="SourceArm64"/>.</summary>
    public static ReadOnlySpan<byte> CodeArm64 => [
        0xE8, 0x10, 0x80, 0xD2, 0x00, 0x00, 0x80, 0xD2, 0xC1, 0x03, 0x00, 0x10, 0x02, 0x00, 0x80, 0xD2, 0x03, 0x01, 0x80, 0xD2,
        0x01, 0x00, 0x00, 0xD4, 0x28, 0x11, 0x80, 0xD2, 0x20, 0x03, 0x00, 0x10, 0x01, 0x00, 0x80, 0xD2, 0x02, 0x00, 0x80, 0xD2,
        0x03, 0x01, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0x1F, 0x44, 0x00, 0xF1, 0x40, 0x01, 0x00, 0x54, 0x1F, 0x04, 0x00, 0xF1,
        0xEB, 0xFE, 0xFF, 0x54, 0x1F, 0x0C, 0x00, 0xF1, 0x6D, 0x00, 0x00, 0x54, 0x1F, 0x3C, 0x00, 0xF1, 0x61, 0xFE, 0xFF, 0x54,
        0xC8, 0x0B, 0x80, 0xD2, 0x00, 0x00, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0x88, 0x20, 0x80, 0xD2, 0x00, 0x00, 0x80, 0x92,
        0x01, 0x00, 0x80, 0xD2, 0x22, 0x00, 0x80, 0xD2, 0x03, 0x00, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0x1F, 0x00, 0x00, 0xF1,
        0x2C, 0xFF, 0xFF, 0x54, 0xE7, 0xFF, 0xFF, 0x17, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    /// <summary>The whole program for this machine: an ELF header (elf(5)), one loadable segment, the code.</summary>
    public static byte[] Program()
    {
        const int headerSize = 64, segmentSize = 56, start = headerSize + segmentSize;
        const ulong address = 0x400000;
        const ushort executable = 2, machineX64 = 62, machineArm64 = 183;
        bool x64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        ReadOnlySpan<byte> code = x64 ? CodeX64 : CodeArm64;

        var program = new byte[start + code.Length];
        Span<byte> header = program;
        ((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], executable);
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], x64 ? machineX64 : machineArm64);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address + start); // e_entry
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], headerSize); // e_phoff
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], headerSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], segmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1); // e_phnum

        Span<byte> segment = header[headerSize..];
        const uint load = 1, readAndExecute = 5;
        BinaryPrimitives.WriteUInt32LittleEndian(segment, load);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], readAndExecute);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], address); // p_vaddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)program.Length); // p_filesz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)program.Length); // p_memsz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000); // p_align
        code.CopyTo(header[start..]);
        return program;
    }
}
