using System.Buffers.Binary;
using PSContainer.Engine.Seccomp;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Tests.Unit.Seccomp;

/// <summary>The kernel's side of a filter: runs its program on a call (struct seccomp_data) and says what it answers.</summary>
internal static class FilterRun
{
    public const uint X64 = SeccompArchitecture.X64, X86 = SeccompArchitecture.X86, X32 = SeccompArchitecture.X32Bit;

    public static uint Answer(this CompiledFilter filter, uint architecture, uint call, params ulong[] arguments)
    {
        const int numberAt = 0, architectureAt = 4, argumentsAt = 16, size = 64;
        Span<byte> data = stackalloc byte[size];
        BinaryPrimitives.WriteUInt32LittleEndian(data[numberAt..], call);
        BinaryPrimitives.WriteUInt32LittleEndian(data[architectureAt..], architecture);
        for (int i = 0; i < arguments.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(data[(argumentsAt + i * sizeof(ulong))..], arguments[i]);

        uint value = 0;
        ReadOnlySpan<byte> program = filter.Program;
        for (int at = 0; ; at++)
        {
            ReadOnlySpan<byte> one = program.Slice(at * SeccompCompiler.InstructionSize, SeccompCompiler.InstructionSize);
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(one[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(one))
            {
                case 0x20: value = BinaryPrimitives.ReadUInt32LittleEndian(data[(int)k..]); break;
                case 0x54: value &= k; break;
                case 0x05: at += (int)k; break;
                case 0x15: at += value == k ? one[2] : one[3]; break;
                case 0x25: at += value > k ? one[2] : one[3]; break;
                case 0x35: at += value >= k ? one[2] : one[3]; break;
                case 0x45: at += (value & k) != 0 ? one[2] : one[3]; break;
                case 0x06: return k;
                case var unknown: throw new Xunit.Sdk.XunitException($"instruction {unknown:x} at {at}");
            }
        }
    }
}
