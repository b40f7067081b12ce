using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Seccomp;

/// <summary>Reads linux.seccomp (config-linux.md, "Seccomp"). What it does not understand it refuses: half a wall is none.</summary>
public static class SeccompReader
{
    /// <summary>docker's own list is 14 KB, and no list of all calls with all their arguments comes near.</summary>
    public const int LargestProfile = 1 << 20;

    private const string Prefix = "SCMP_ARCH_";

    /// <summary>Of the architectures in the specification those that libseccomp can be asked for, by the kernel's AUDIT_ARCH_*.</summary>
    private static readonly (string Name, uint Token)[] Architectures =
    [
        ("X86", SeccompArchitecture.X86), ("X86_64", SeccompArchitecture.X64), ("X32", SeccompArchitecture.X32), ("ARM", SeccompArchitecture.Arm), ("AARCH64", SeccompArchitecture.Arm64),
        ("MIPS", 0x8), ("MIPS64", 0x80000008), ("MIPS64N32", 0xA0000008), ("MIPSEL", 0x40000008), ("MIPSEL64", 0xC0000008), ("MIPSEL64N32", 0xE0000008),
        ("PPC", 0x14), ("PPC64", 0x80000015), ("PPC64LE", 0xC0000015), ("S390", 0x16), ("S390X", 0x80000016), ("PARISC", 0xF), ("PARISC64", 0x8000000F),
        ("RISCV64", 0xC00000F3), ("LOONGARCH64", 0xC0000102), ("M68K", 0x4), ("SH", 0x4000002A), ("SHEB", 0x2A),
    ];

    private static readonly (string Name, SeccompOperator Operator)[] Operators =
    [
        ("SCMP_CMP_NE", SeccompOperator.NotEqual), ("SCMP_CMP_LT", SeccompOperator.Less), ("SCMP_CMP_LE", SeccompOperator.LessOrEqual), ("SCMP_CMP_EQ", SeccompOperator.Equal),
        ("SCMP_CMP_GE", SeccompOperator.GreaterOrEqual), ("SCMP_CMP_GT", SeccompOperator.Greater), ("SCMP_CMP_MASKED_EQ", SeccompOperator.MaskedEqual),
    ];

    private static readonly (string Name, uint Flag)[] Flags =
    [
        ("SECCOMP_FILTER_FLAG_TSYNC", SeccompFlag.Tsync), ("SECCOMP_FILTER_FLAG_LOG", SeccompFlag.Log), ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", SeccompFlag.SpecAllow),
        ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SeccompFlag.WaitKillableRecv),
    ];

    /// <exception cref="EngineException">SeccompInvalid.</exception>
    public static SeccompProfile Read(byte[] json)
    {
        if (json.Length > LargestProfile) throw Invalid($"it is larger than {LargestProfile >> 10} KiB");
        try
        {
            return Read(JsonFile.Parse(json));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Invalid("a value is of the wrong kind: " + wrong.Message, wrong);
        }
    }

    private static SeccompProfile Read(JsonElement seccomp)
    {
        uint otherwise = ReadAction(seccomp.RequiredText("defaultAction"), seccomp.Has("defaultErrnoRet")?.GetUInt32());
        if (otherwise == SeccompAction.Notify) throw Invalid("SCMP_ACT_NOTIFY can't be the default: the process could not even be started");
        IReadOnlyList<SeccompRule> rules = seccomp.List("syscalls", ReadRule);
        SeccompConflicts.Check(rules, otherwise);
        SeccompListener? listener = ReadListener(seccomp, rules);
        return new SeccompProfile
        {
            Otherwise = otherwise, Rules = rules, Listener = listener,
            Architectures = seccomp.List("architectures", a => Known(Architectures, a.GetString(), Prefix, "architecture")),
            Flags = ReadFlags(seccomp, listener),
        };
    }

    private static SeccompRule ReadRule(JsonElement rule)
    {
        IReadOnlyList<string> names = rule.Strings("names");
        if (names.Count == 0) throw Invalid("a rule names no call");
        return new SeccompRule(names, ReadAction(rule.RequiredText("action"), rule.Has("errnoRet")?.GetUInt32()), rule.List("args", ReadComparison));
    }

    private static SeccompComparison ReadComparison(JsonElement argument)
    {
        const uint last = 5;
        uint index = argument.GetProperty("index").GetUInt32();
        if (index > last) throw Invalid($"a call has no argument {index}; they are counted from 0 to {last}");
        return new SeccompComparison
        {
            Argument = index, First = argument.GetProperty("value").GetUInt64(), Second = argument.Has("valueTwo")?.GetUInt64() ?? 0,
            Operator = Known(Operators, argument.RequiredText("op"), "", "comparison"),
        };
    }

    private static uint ReadAction(string name, uint? number)
    {
        const uint largestErrno = 4095;
        uint action = name switch
        {
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompAction.KillThread,
            "SCMP_ACT_KILL_PROCESS" => SeccompAction.KillProcess,
            "SCMP_ACT_TRAP" => SeccompAction.Trap,
            "SCMP_ACT_ERRNO" => SeccompAction.Errno,
            "SCMP_ACT_TRACE" => SeccompAction.Trace,
            "SCMP_ACT_NOTIFY" => SeccompAction.Notify,
            "SCMP_ACT_LOG" => SeccompAction.Log,
            "SCMP_ACT_ALLOW" => SeccompAction.Allow,
            _ => throw Invalid($"'{Printable.Of(name)}' is no action"),
        };
        if (action is not (SeccompAction.Errno or SeccompAction.Trace))
            return number is null ? action : throw Invalid($"{name} has no error of its own, but {number} is given");
        uint data = number ?? (uint)Errno.EPERM;
        // The kernel would quietly make another number of it.
        return data <= (action == SeccompAction.Errno ? largestErrno : SeccompAction.DataMask) ? action | data : throw Invalid($"there is no error {data}");
    }

    private static uint ReadFlags(JsonElement seccomp, SeccompListener? listener)
    {
        uint flags = 0;
        if (seccomp.Has("flags") is null) flags = SeccompFlag.SpecAllow; // As runc has it: the processor's own defence is for who asks (an empty list).
        foreach (uint flag in seccomp.List("flags", f => Known(Flags, f.GetString(), "", "flag"))) flags |= flag;
        if (listener is not null) flags |= SeccompFlag.NewListener;
        // The kernel reports the one thread that can't follow, or the listener, by the same number; it wants to be told which.
        if ((flags & SeccompFlag.Tsync) != 0 && listener is not null) flags |= SeccompFlag.TsyncEsrch;
        if ((flags & SeccompFlag.WaitKillableRecv) != 0 && listener is null) throw Invalid("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is about a listener, and no rule asks one");
        return flags;
    }

    private static SeccompListener? ReadListener(JsonElement seccomp, IReadOnlyList<SeccompRule> rules)
    {
        string? path = seccomp.Text("listenerPath"), metadata = seccomp.Text("listenerMetadata");
        if (path is null or "" && metadata is not (null or "")) throw Invalid("there is listenerMetadata, but no listenerPath");
        bool asks = false;
        foreach (SeccompRule rule in rules)
        {
            if (rule.Action != SeccompAction.Notify) continue;
            asks = true;
            // Through it the new process tells where its listener is.
            if (rule.Names.Contains("write")) throw Invalid("SCMP_ACT_NOTIFY can't be used for write(2)");
        }
        if (!asks) return null;
        return path is { Length: > 0 } ? new SeccompListener(path, metadata) : throw Invalid("SCMP_ACT_NOTIFY asks somebody, and there is no listenerPath");
    }

    private static T Known<T>((string Name, T Value)[] table, string? name, string prefix, string kind)
    {
        foreach ((string known, T value) in table)
            if (name is not null && name.Length == prefix.Length + known.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(known, StringComparison.Ordinal)) return value;
        throw Invalid($"'{Printable.Of(name ?? "null")}' is no {kind}");
    }

    internal static EngineException Invalid(string what, Exception? cause = null)
        => new("SeccompInvalid", Reason.InvalidInput, $"The seccomp profile can't be used: {what}.", "See config-linux.md of the OCI runtime specification, and seccomp(2).", cause);
}
