using System.Runtime.InteropServices;
using PSContainer.Kernel;
using Tmds.Linux;

namespace PSContainer.Runtime.Child;

/// <summary>The caller's own terminal while something else uses it: raw where another is shown on it, and put back afterwards.</summary>
internal sealed unsafe partial class Terminal : IDisposable
{
    private readonly int _descriptor;
    private termios _before;

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(termios* terminal);

    private Terminal(int descriptor) => _descriptor = descriptor;

    /// <summary>Makes the terminal raw: every key goes through, Ctrl+C too. Null where it is none.</summary>
    public static Terminal? Raw(int descriptor)
    {
        if (!Files.IsTerminal(descriptor)) return null;
        var terminal = new Terminal(descriptor);
        termios raw;
        if (LibC.tcgetattr(descriptor, &raw) != 0) return null;
        terminal._before = raw;
        MakeRaw(&raw);
        LibC.tcsetattr(descriptor, (int)LibC.TCSANOW, &raw);
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
        termios cooked;
        if (LibC.tcgetattr(descriptor, &cooked) != 0) return null;
        terminal._before = cooked;
        cooked.c_iflag |= LibC.ICRNL | LibC.IXON;
        cooked.c_oflag |= LibC.OPOST | LibC.ONLCR;
        cooked.c_lflag |= LibC.ISIG | LibC.ICANON | LibC.ECHO | LibC.ECHOE | LibC.IEXTEN;
        LibC.tcsetattr(descriptor, (int)LibC.TCSANOW, &cooked);
        return terminal;
    }

    /// <summary>Takes the terminal back from a shell that was killed before it could give it back itself.</summary>
    public void TakeBack()
    {
        Signals.Ignore(LibC.SIGTTOU);
        LibC.tcsetpgrp(_descriptor, LibC.getpgrp());
    }

    /// <summary>Gives one terminal the other's rows and columns.</summary>
    public static void CopySize(int from, int to)
    {
        winsize size;
        if (LibC.ioctl(from, LibC.TIOCGWINSZ, &size) == 0) LibC.ioctl(to, LibC.TIOCSWINSZ, &size);
    }

    public void Dispose()
    {
        fixed (termios* before = &_before) LibC.tcsetattr(_descriptor, (int)LibC.TCSADRAIN, before);
    }
}
