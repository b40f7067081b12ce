using PSContainer.Engine.State;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>Who has a port: asked only once it was refused.</summary>
public sealed class PortHolder(StorageRoot root)
{
    /// <summary>"the container 'web'", "nginx (812)"; null where nobody is found.</summary>
    public string? Find(PortBinding wanted) => FindContainer(wanted) ?? FindProcess(wanted);

    private string? FindContainer(PortBinding wanted)
    {
        if (!Directory.Exists(root.Run)) return null;
        foreach (string folder in Directory.EnumerateDirectories(root.Run))
        {
            if (PortState.TryRead(folder) is not { } state || !state.Bindings.Any(held => held.Collides(wanted))) continue;
            return $"the container '{state.ContainerName}'";
        }
        return null;
    }

    private static string? FindProcess(PortBinding wanted)
    {
        var sockets = SocketTable.Inodes(wanted.Protocol == PortProtocol.Tcp, wanted.HostPort);
        if (sockets.Count == 0) return null;
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                foreach (string descriptor in Directory.EnumerateFiles(process + "/fd"))
                {
                    string? target = new FileInfo(descriptor).LinkTarget;
                    if (target is null || !target.StartsWith("socket:[", StringComparison.Ordinal) || !sockets.Contains(target[8..^1])) continue;
                    return $"{File.ReadAllText(process + "/comm").TrimEnd('\n')} ({Path.GetFileName(process)})";
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is not ours to look into.
            }
        }
        return null;
    }
}
