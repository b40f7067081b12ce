using System.Text.Json;
using PSContainer.Kernel;

namespace PSContainer.Engine.Records;

/// <summary>A small file of ours as it is read: what its absence means, and what is said of one that is spoilt.</summary>
internal static class StateFile
{
    /// <summary>What <paramref name="read"/> makes of the file; null where there is no file.</summary>
    /// <param name="advice">What to do about one that does not hold what it should.</param>
    /// <exception cref="EngineException">StateCorrupt, PermissionDenied.</exception>
    /// <exception cref="KernelException"/>
    public static T? Read<T>(string path, Func<byte[], T> read, string advice = "Repair-ContainerStorage clears what can't be read.") where T : class
    {
        EngineException Corrupt(string what, Exception? cause = null) => new("StateCorrupt", Reason.Corrupt, $"'{path}' does not hold what it should: {what}", advice, cause);

        if (WholeFile.TryRead(path, out Errno error) is not { } bytes)
            return error switch
            {
                Errno.ENOENT or Errno.ENOTDIR => null,
                Errno.EACCES or Errno.EPERM => throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{path}' can't be read: no access.", "Run as root (sudo pwsh)."),
                Errno.EISDIR => throw Corrupt("it is a folder"),
                _ => throw new KernelException("read", error, path),
            };
        try
        {
            return read(bytes);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Corrupt(broken.Message, broken);
        }
    }
}
