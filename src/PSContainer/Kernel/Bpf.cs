using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PSContainer.Kernel;

/// <summary>
/// The part of bpf(2) that device control in cgroup v2 needs: load a program, attach it to a group, find and replace it.
/// Each call's attributes (union bpf_attr, linux/bpf.h) can also be had as bytes, for a call that is made later.
/// </summary>
public static unsafe class Bpf
{
    public const int ProgLoad = 5, ProgAttach = 8, ProgDetach = 9, ProgGetFdById = 13, ObjGetInfoByFd = 15, ProgQuery = 16;
    public const uint TypeCgroupDevice = 15, AttachCgroupDevice = 6;
    public const uint AllowMulti = 2, Replace = 4;

    /// <summary>Byte offsets in the BPF_PROG_LOAD attributes where the pointers go.</summary>
    public const int LoadInstructionsOffset = 8, LoadLicenseOffset = 16;

    /// <summary>Byte offsets in the BPF_PROG_ATTACH attributes where the two descriptors go.</summary>
    public const int AttachTargetOffset = 0, AttachProgramOffset = 4;

    /// <summary>The name that a loaded program of ours carries (at most 15 letters, digits, '_' or '.').</summary>
    public const string ProgramName = "pscontainer_dev";

    /// <summary>
    /// The program calls no helper function, so the kernel asks for no GPL; the field must still point at a string, ended by a zero.
    /// </summary>
    public static ReadOnlySpan<byte> License => "MIT\0"u8;

    private const int InfoSize = 96, InfoNameOffset = 64;

    /// <summary>
    /// BPF_PROG_LOAD attributes, 72 bytes, with both pointers zero: put the address of the instructions at
    /// <see cref="LoadInstructionsOffset"/> and that of <see cref="License"/> at <see cref="LoadLicenseOffset"/>. The result of the call is
    /// the program's descriptor, close-on-exec.
    /// </summary>
    public static byte[] LoadAttributes(int instructionCount)
    {
        var attributes = new byte[72];
        var at = attributes.AsSpan();
        Put(at, 0, TypeCgroupDevice);
        Put(at, 4, (uint)instructionCount);
        Encoding.ASCII.GetBytes(ProgramName, at[48..63]);
        Put(at, 68, AttachCgroupDevice);
        return attributes;
    }

    /// <summary>
    /// BPF_PROG_ATTACH attributes, 20 bytes, descriptors zero: the cgroup directory's goes to
    /// <see cref="AttachTargetOffset"/>, the program's to <see cref="AttachProgramOffset"/>.
    /// </summary>
    /// <param name="replaced">Descriptor of the attached program that the new one takes the place of, in one step (Linux 5.6).</param>
    public static byte[] AttachAttributes(int? replaced = null)
    {
        var attributes = new byte[20];
        var at = attributes.AsSpan();
        Put(at, 8, AttachCgroupDevice);
        Put(at, 12, replaced is null ? AllowMulti : AllowMulti | Replace);
        Put(at, 16, (uint)(replaced ?? 0));
        return attributes;
    }

    /// <summary>Loads a device program; the result is a descriptor that the caller closes.</summary>
    /// <exception cref="KernelException">EPERM without CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN); EINVAL or EACCES from the verifier.</exception>
    public static int Load(ReadOnlySpan<ulong> instructions)
    {
        var attributes = LoadAttributes(instructions.Length);
        fixed (ulong* code = instructions)
        fixed (byte* license = License)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(LoadInstructionsOffset), (ulong)code);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(LoadLicenseOffset), (ulong)license);
            return (int)Call(ProgLoad, attributes, "bpf(BPF_PROG_LOAD)");
        }
    }

    /// <summary>Attaches a program to a cgroup v2 directory, beside others or in place of <paramref name="replaced"/>.</summary>
    public static void Attach(int cgroup, int program, int? replaced = null)
    {
        var attributes = AttachAttributes(replaced);
        Put(attributes, AttachTargetOffset, (uint)cgroup);
        Put(attributes, AttachProgramOffset, (uint)program);
        Call(ProgAttach, attributes, "bpf(BPF_PROG_ATTACH)");
    }

    public static void Detach(int cgroup, int program)
    {
        var attributes = new byte[20];
        Put(attributes, AttachTargetOffset, (uint)cgroup);
        Put(attributes, AttachProgramOffset, (uint)program);
        Put(attributes, 8, AttachCgroupDevice);
        Call(ProgDetach, attributes, "bpf(BPF_PROG_DETACH)");
    }

    /// <summary>The ids of the device programs attached to this very directory.</summary>
    public static uint[] Attached(int cgroup)
    {
        var ids = new uint[64];
        fixed (uint* list = ids)
        {
            var attributes = new byte[32];
            Put(attributes, 0, (uint)cgroup);
            Put(attributes, 4, AttachCgroupDevice);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(16), (ulong)list);
            Put(attributes, 24, (uint)ids.Length);
            Call(ProgQuery, attributes, "bpf(BPF_PROG_QUERY)");
            return ids[..(int)BinaryPrimitives.ReadUInt32LittleEndian(attributes.AsSpan(24))];
        }
    }

    /// <summary>A descriptor of a loaded program; the caller closes it. Needs CAP_SYS_ADMIN.</summary>
    public static int Open(uint id)
    {
        var attributes = new byte[12];
        Put(attributes, 0, id);
        return (int)Call(ProgGetFdById, attributes, "bpf(BPF_PROG_GET_FD_BY_ID)");
    }

    /// <summary>The name a program was loaded with (struct bpf_prog_info, name).</summary>
    public static string NameOf(int program)
    {
        var info = new byte[InfoSize];
        fixed (byte* at = info)
        {
            var attributes = new byte[16];
            Put(attributes, 0, (uint)program);
            Put(attributes, 4, InfoSize);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(8), (ulong)at);
            Call(ObjGetInfoByFd, attributes, "bpf(BPF_OBJ_GET_INFO_BY_FD)");
        }
        var name = info.AsSpan(InfoNameOffset, 16);
        var end = name.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
    }

    private static nint Call(int command, byte[] attributes, string name)
    {
        fixed (byte* at = attributes)
        {
            for (var attempt = 1; ; attempt++)
            {
                var result = Syscall.Invoke(SyscallNumber.Bpf, command, (nint)at, attributes.Length);
                // The verifier gives up with EAGAIN when a signal is pending.
                if (result >= 0 || attempt == 10 || Syscall.Last is not (Errno.EAGAIN or Errno.EINTR)) return Syscall.Checked(result, name);
            }
        }
    }

    private static void Put(Span<byte> at, int offset, uint value) => MemoryMarshal.Write(at[offset..], value);
}
