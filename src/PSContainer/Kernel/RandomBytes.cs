namespace PSContainer.Kernel;

/// <summary>
/// getrandom(2). The executable has no other way: .NET's own asks OpenSSL, and a static program that loads a library does not live.
/// </summary>
public static class RandomBytes
{
    /// <exception cref="KernelException"/>
    public static unsafe void Fill(Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            // Up to 256 bytes come whole or not at all.
            if (bytes.Length > 256 || Syscall.Checked(Syscall.Invoke(SyscallNumber.Getrandom, (nint)start, bytes.Length), "getrandom") != bytes.Length)
                throw new KernelException("getrandom", Errno.EINVAL);
    }
}
