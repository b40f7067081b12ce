using System.Runtime.InteropServices;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>The caller's own terminal while a container's is shown on it: raw, and put back afterwards.</summary>
internal sealed unsafe partial class Terminal : IDisposable
{
    private const int Size = 60; // struct termios of the C library
    private const int SetWindowSize = 0x5414, GetWindowSize = 0x5413;
    private readonly byte[] _before = new byte[Size];
    private readonly int _descriptor;

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int action, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* termios);

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
