using System.Buffers.Binary;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Seccomp;

/// <summary>
/// Calls that are younger than a profile are answered ENOSYS, not with its refusal: a C library that tries a new call first goes on with
/// the old one only where the kernel seems not to have it (runc has done so since 1.0.0-rc93). libseccomp has no rule for "numbers above", so
/// these instructions stand in front of its own.
/// </summary>
internal static class NewerCalls
{
    private const ushort Load = 0x20, IfEqual = 0x15, IfGreater = 0x25, IfAtLeast = 0x35, Jump = 0x05, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4;

    /// <param name="newest">The highest number that the profile speaks of, by architecture (AUDIT_ARCH_*, or x32's own).</param>
    public static byte[] Instructions(IReadOnlyDictionary<uint, uint> newest)
    {
        var code = new List<(ushort Code, byte True, byte False, uint Value)>();
        foreach ((uint architecture, uint last) in newest)
        {
            if (architecture == SeccompArchitecture.X32) continue;
            bool withX32 = newest.TryGetValue(SeccompArchitecture.X32, out uint lastX32) && architecture == SeccompArchitecture.X64;
            code.Add((Load, 0, 0, ArchitectureOffset));
            code.Add((IfEqual, 0, withX32 ? (byte)6 : (byte)4, architecture));
            code.Add((Load, 0, 0, NumberOffset));
            if (withX32)
            {
                code.Add((IfAtLeast, 1, 0, SeccompArchitecture.X32Bit));
                code.Add((IfGreater, 2, 1, last));
                code.Add((IfGreater, 1, 0, lastX32));
            }
            else
            {
                code.Add((IfGreater, 1, 0, last));
            }
            code.Add((Jump, 0, 0, ToTheEnd));
            code.Add((Return, 0, 0, SeccompAction.Errno | (uint)Errno.ENOSYS));
        }
        var bytes = new byte[code.Count * SeccompCompiler.InstructionSize];
        for (int i = 0; i < code.Count; i++)
        {
            (ushort operation, byte ifTrue, byte ifFalse, uint value) = code[i];
            Span<byte> at = bytes.AsSpan(i * SeccompCompiler.InstructionSize);
            BinaryPrimitives.WriteUInt16LittleEndian(at, operation);
            at[2] = ifTrue;
            at[3] = ifFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], value == ToTheEnd && operation == Jump ? (uint)(code.Count - i - 1) : value);
        }
        return bytes;
    }

    private const uint ToTheEnd = uint.MaxValue;
}
