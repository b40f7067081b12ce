using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>A kernel call that failed: which one, with which error, on what.</summary>
public sealed class KernelException : Exception
{
    public KernelException(string call, Errno errno, string? path = null, string? words = null)
        : base((path is null ? $"{call}: {Describe(errno)}" : $"{call} {path}: {Describe(errno)}") + (words is null ? "" : $": {words}"))
    {
        Call = call;
        Errno = errno;
        Path = path;
    }

    /// <summary>The call by its man page's name, as in "openat2".</summary>
    public string Call { get; }

    public Errno Errno { get; }

    /// <summary>The path or the object that the call was about, if it was about one.</summary>
    public string? Path { get; }

    /// <summary>The error's name and the C library's words for it: "EACCES (Permission denied)".</summary>
    public static string Describe(Errno errno) => $"{errno} ({Marshal.GetPInvokeErrorMessage((int)errno)})";
}
