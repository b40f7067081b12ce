using System.Buffers.Binary;
using System.Text;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Seccomp;

/// <summary>
/// Filters that have been made already: a file a profile, in the run folder, whose name is a hash of the profile. To make docker's takes
/// libseccomp some milliseconds, to find it again a tenth of one. The file begins with the profile itself, and counts only for that very one: so
/// the hash need not withstand anybody. What a container runs with has a second name in its own run folder, for whoever enters it
/// later: neither an edited config.json nor a cleared cache changes its filter.
/// </summary>
/// <param name="folder">Where they lie; root's alone.</param>
public sealed class FilterCache(string folder)
{
    /// <summary>A container's own, in its run folder.</summary>
    public const string FileName = "filter";

    private const string Pattern = "*.filter";
    private const int MostFiles = 64, Format = 1;

    /// <summary>The filter of a profile, kept in the container's run folder as well.</summary>
    /// <exception cref="EngineException">SeccompInvalid.</exception>
    public CompiledFilter Get(SeccompSpec seccomp, string runFolder)
    {
        byte[] key = KeyOf(seccomp);
        string known = Path.Combine(folder, Hash(key).ToString("x16") + Pattern[1..]), own = Path.Combine(runFolder, FileName);
        if (WholeFile.TryRead(known, out _) is { } bytes && IsOf(bytes, key) && FolderCalls.HardLink(Files.AtFdcwd, known, Files.AtFdcwd, own) == Errno.None)
            return CompiledFilter.Read(bytes.AsSpan(sizeof(int) + key.Length));

        CompiledFilter made = FilterCompiler.Compile(SeccompReader.Read(seccomp.Json));
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, key.Length);
        WholeFile.Write(own, [.. length, .. key, .. made.ToBytes()]);
        Keep(own, known);
        return made;
    }

    /// <summary>What the container of a run folder has been started with; null where it has no such file.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static CompiledFilter? Of(string runFolder)
    {
        if (WholeFile.TryRead(Path.Combine(runFolder, FileName), out _) is not { } bytes) return null;
        if (bytes.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(bytes) is var key && (key < 0 || key > bytes.Length - sizeof(int))) throw new FormatException("the filter is cut off");
        return CompiledFilter.Read(bytes.AsSpan(sizeof(int) + key));
    }

    // A name for a file that is whole already: nobody ever finds a half.
    private void Keep(string own, string known)
    {
        string[] all = Directory.GetFiles(folder, Pattern);
        if (all.Length >= MostFiles) FolderCalls.Remove(Files.AtFdcwd, all.MinBy(File.GetLastWriteTimeUtc)!);
        if (FolderCalls.HardLink(Files.AtFdcwd, own, Files.AtFdcwd, known) != Errno.EEXIST) return;
        // Another profile of the same hash, or a spoilt file.
        FolderCalls.Remove(Files.AtFdcwd, known);
        FolderCalls.HardLink(Files.AtFdcwd, own, Files.AtFdcwd, known);
    }

    // Another library, or other instructions of ours in front, make something else of the same profile.
    private static byte[] KeyOf(SeccompSpec seccomp) => [.. Encoding.UTF8.GetBytes($"{Format} {SeccompCompiler.Version}\n"), .. seccomp.Json];

    private static bool IsOf(byte[] file, byte[] key)
        => file.Length > sizeof(int) + key.Length && BinaryPrimitives.ReadInt32LittleEndian(file) == key.Length && file.AsSpan(sizeof(int), key.Length).SequenceEqual(key);

    // FNV-1a, eight bytes at a time.
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong start = 14695981039346656037, prime = 1099511628211;
        ulong hash = start;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) hash = System.Numerics.BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * prime, 29);
        foreach (byte one in bytes) hash = (hash ^ one) * prime;
        return hash;
    }
}
