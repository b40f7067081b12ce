using System.Runtime.InteropServices;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>The caller's own terminal while something else uses it: raw where another is shown on it, and put back afterwards.</summary>
internal sealed unsafe partial class Terminal : IDisposable
{
    private const int Size = 60; // struct termios of the C library
    private const int SetWindowSize = 0x5414, GetWindowSize = 0x5413;
    private const int OutputFromBackground = 22; // SIGTTOU
    private readonly byte[] _before = new byte[Size];
    private readonly int _descriptor;

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int action, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* termios);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();

    [LibraryImport("libc", EntryPoint = "tcsetpgrp")]
    private static partial int SetForegroundGroup(int descriptor, int group);

    private Terminal(int descriptor) => _descriptor = descriptor;

    /// <summary>Makes the terminal raw: every key goes through, Ctrl+C too. Null where it is none.</summary>
    public static Terminal? Raw(int descriptor)
    {
        if (!Files.IsTerminal(descriptor)) return null;
        var terminal = new Terminal(descriptor);
        byte* raw = stackalloc byte[Size];
        fixed (byte* before = terminal._before)
        {
            if (GetAttributes(descriptor, before) != 0) return null;
            terminal._before.CopyTo(new Span<byte>(raw, Size));
        }
        MakeRaw(raw);
        SetAttributes(descriptor, 0, raw);
        return terminal;
    }

    /// <summary>
    /// Gives the terminal echo, lines and signals, as a program expects to find it: a prompt that reads key by key, as
    /// PowerShell's does, has them off. Null where it is none.
    /// </summary>
    public static Terminal? Cooked(int descriptor)
    {
        if (!Files.IsTerminal(descriptor)) return null;
        var terminal = new Terminal(descriptor);
        byte* cooked = stackalloc byte[Size];
        fixed (byte* before = terminal._before)
        {
            if (GetAttributes(descriptor, before) != 0) return null;
            terminal._before.CopyTo(new Span<byte>(cooked, Size));
        }
        const uint newlineForReturn = 0x100, flowControl = 0x400, processOutput = 0x1, returnBeforeNewline = 0x4;
        const uint signals = 0x1, lines = 0x2, echo = 0x8, eraseShown = 0x10, extended = 0x8000;
        // struct termios begins with c_iflag, c_oflag, c_cflag, c_lflag.
        uint* flags = (uint*)cooked;
        flags[0] |= newlineForReturn | flowControl;
        flags[1] |= processOutput | returnBeforeNewline;
        flags[3] |= signals | lines | echo | eraseShown | extended;
        SetAttributes(descriptor, 0, cooked);
        return terminal;
    }

    /// <summary>Takes the terminal back from a shell that was killed before it could give it back itself.</summary>
    public void TakeBack()
    {
        Signals.Ignore(OutputFromBackground);
        SetForegroundGroup(_descriptor, OwnGroup());
    }

    /// <summary>Gives one terminal the other's rows and columns.</summary>
    public static void CopySize(int from, int to)
    {
        long size = 0;
        if (Syscall.Invoke(SyscallNumber.Ioctl, from, GetWindowSize, (nint)(&size)) == 0)
            Syscall.Invoke(SyscallNumber.Ioctl, to, SetWindowSize, (nint)(&size));
    }

    public void Dispose()
    {
        const int afterOutput = 1;
        fixed (byte* before = _before) SetAttributes(_descriptor, afterOutput, before);
    }
}
