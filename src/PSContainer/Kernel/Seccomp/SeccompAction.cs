namespace PSContainer.Kernel.Seccomp;

/// <summary>What a filter answers to a call (SECCOMP_RET_*, seccomp(2)); the lower 16 bits are the error or the tracer's message.</summary>
public static class SeccompAction
{
    public const uint KillThread = 0, KillProcess = 0x80000000, Trap = 0x00030000, Errno = 0x00050000, Notify = 0x7FC00000, Trace = 0x7FF00000, Log = 0x7FFC0000, Allow = 0x7FFF0000;

    /// <summary>Where the error or the message stands.</summary>
    public const uint DataMask = 0x0000FFFF;
}

/// <summary>SECCOMP_FILTER_FLAG_*, and the operation that loads a filter.</summary>
public static class SeccompFlag
{
    public const int SetModeFilter = 1;
    public const uint Tsync = 1, Log = 2, SpecAllow = 4, NewListener = 8, TsyncEsrch = 16, WaitKillableRecv = 32;
}

/// <summary>SCMP_ARCH_*: the kernel's AUDIT_ARCH_*, but for x32, which has that of x86-64 and a bit in its calls' numbers.</summary>
public static class SeccompArchitecture
{
    public const uint X86 = 0x40000003, X64 = 0xC000003E, X32 = 0x4000003E, Arm = 0x40000028, Arm64 = 0xC00000B7;

    /// <summary>Set in every call's number of x32.</summary>
    public const uint X32Bit = 0x40000000;
}

/// <summary>SCMP_CMP_*: how an argument of 64 bits is compared.</summary>
public enum SeccompOperator
{
    NotEqual = 1,
    Less = 2,
    LessOrEqual = 3,
    Equal = 4,
    GreaterOrEqual = 5,
    Greater = 6,
    /// <summary>The bits of the mask (the first value) equal the second value.</summary>
    MaskedEqual = 7,
}
