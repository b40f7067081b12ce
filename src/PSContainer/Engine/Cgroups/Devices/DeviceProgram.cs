namespace PSContainer.Engine.Cgroups.Devices;

/// <summary>
/// Device rules as the eBPF program that cgroup v2 asks at each mknod and open (BPF_PROG_TYPE_CGROUP_DEVICE,
/// cgroup-v2.rst "Device controller"). It returns 1 to allow and 0 to deny, and is a chain of tests, last rule first.
/// </summary>
public static class DeviceProgram
{
    // Instruction set: Documentation/bpf/standardization/instruction-set.rst.
    private const byte LoadWord = 0x61, And32 = 0x54, ShiftRight32 = 0x74, Move32 = 0xBC, MoveImmediate = 0xB7,
        JumpEqual = 0x15, JumpNotEqual = 0x55, Exit = 0x95;

    // struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }, access_type = access << 16 | type
    private const byte Context = 1, Type = 2, Access = 3, Major = 4, Minor = 5, Scratch = 6, Result = 0;
    private const int Block = 1, Character = 2;

    /// <summary>The program's instructions, 8 bytes each in this machine's (little-endian) order.</summary>
    public static ulong[] Build(IReadOnlyList<DeviceRule> rules)
    {
        var code = new List<ulong>
        {
            Instruction(LoadWord, Type, Context, 0, 0),
            Instruction(Move32, Access, Type, 0, 0),
            Instruction(And32, Type, 0, 0, 0xFFFF),
            Instruction(ShiftRight32, Access, 0, 0, 16),
            Instruction(LoadWord, Major, Context, 4, 0),
            Instruction(LoadWord, Minor, Context, 8, 0),
        };
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            var rule = rules[i];
            if (rule.Access == DeviceAccess.None) continue;
            if (rule.IsReset)
            {
                // The verifier refuses code that can't be reached, so nothing may follow.
                Return(code, rule.Allow);
                return [.. code];
            }
            Append(code, rule);
        }
        Return(code, false);
        return [.. code];
    }

    private static void Append(List<ulong> code, DeviceRule rule)
    {
        var jumps = new List<int>(3);
        void SkipUnless(byte register, int value)
        {
            jumps.Add(code.Count);
            code.Add(Instruction(JumpNotEqual, register, 0, 0, value));
        }
        if (rule.Type != 'a') SkipUnless(Type, rule.Type == 'b' ? Block : Character);
        if (rule.Major is { } major) SkipUnless(Major, major);
        if (rule.Minor is { } minor) SkipUnless(Minor, minor);

        if (rule.Allow)
        {
            // Cross off what this rule grants; what remains is up to the earlier rules. Thus "r" in one rule and "w" in
            // another together allow opening for both, and a denied "w" is not reopened by asking for "rw".
            code.Add(Instruction(And32, Access, 0, 0, (int)(DeviceAccess.All & ~rule.Access)));
            code.Add(Instruction(JumpNotEqual, Access, 0, 2, 0));
        }
        else
        {
            code.Add(Instruction(Move32, Scratch, Access, 0, 0));
            code.Add(Instruction(And32, Scratch, 0, 0, (int)rule.Access));
            code.Add(Instruction(JumpEqual, Scratch, 0, 2, 0));
        }
        Return(code, rule.Allow);
        foreach (var at in jumps) code[at] |= (ulong)(ushort)(code.Count - at - 1) << 16;
    }

    private static void Return(List<ulong> code, bool allow)
    {
        code.Add(Instruction(MoveImmediate, Result, 0, 0, allow ? 1 : 0));
        code.Add(Instruction(Exit, 0, 0, 0, 0));
    }

    private static ulong Instruction(byte operation, byte destination, byte source, short offset, int immediate)
        => operation | ((ulong)destination << 8) | ((ulong)source << 12) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32);
}
