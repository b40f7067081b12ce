using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>getpwuid_r(3): names of users, from /etc/passwd and whatever else nsswitch.conf(5) names.</summary>
public static unsafe partial class PasswordDatabase
{
    /// <summary>The user's name; null where there is no such user.</summary>
    public static string? FindName(uint uid)
    {
        // struct passwd is under 64 bytes everywhere, and its first field is the name.
        var entry = stackalloc byte[64];
        var size = 1024;
        while (size <= 1 << 20)
        {
            var strings = new byte[size];
            fixed (byte* buffer = strings)
            {
                byte* found;
                var errno = GetPasswordEntry(uid, entry, buffer, (nuint)size, &found);
                if (errno == (int)Errno.ERANGE)
                {
                    size *= 4;
                    continue;
                }

                return errno != 0 || found is null ? null : Marshal.PtrToStringUTF8(*(nint*)entry);
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetPasswordEntry(uint uid, byte* entry, byte* buffer, nuint size, byte** result);
}
