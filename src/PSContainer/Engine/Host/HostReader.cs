using System.Runtime.InteropServices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Host;

/// <summary>Gathers <see cref="ContainerHost"/>.</summary>
public static class HostReader
{
    /// <param name="engine">Its storage and its containers are told of.</param>
    /// <param name="broken">Receives what stands against reading a container's record; the others are counted all the same.</param>
    public static ContainerHost Read(ContainerEngine engine, Action<EngineException>? broken = null)
    {
        CgroupMounts mounts = CgroupMounts.Discover();
        StorageRoot root = engine.Store.Root;
        List<ContainerStatus> states = States(engine, broken);
        IReadOnlyList<HostFeature> features = HostFeatures.Read(mounts);
        return new ContainerHost
        {
            Name = Environment.MachineName,
            Version = typeof(HostReader).Assembly.GetName().Version!.ToString(3),
            OperatingSystem = OperatingSystemName(File.Exists("/etc/os-release") ? File.ReadLines("/etc/os-release") : []),
            Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            Architecture = RuntimeInformation.OSArchitecture.ToString(),
            Processors = Environment.ProcessorCount,
            MemoryTotal = Total("MemTotal"),
            SwapTotal = Total("SwapTotal"),
            CgroupLayout = mounts.Layout,
            CgroupControllers = [.. Controllers(mounts)],
            Data = StorageSpace.Of(root.Data),
            Run = StorageSpace.Of(root.Run),
            Executable = engine.Executable.Path,
            Containers = states.Count,
            Running = states.Count(status => status == ContainerStatus.Running),
            Paused = states.Count(status => status == ContainerStatus.Paused),
            Created = states.Count(status => status is ContainerStatus.Created or ContainerStatus.Creating),
            Stopped = states.Count(status => status == ContainerStatus.Stopped),
            NamespaceTypes = [.. Directory.EnumerateFiles("/proc/self/ns").Select(file => Path.GetFileName(file)).Where(name => !name.EndsWith("_for_children", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
            Features = [.. features],
            SeccompProfile = DockerProfile.DefaultName,
            IsRoot = Files.EffectiveUserId() == 0,
        };
    }

    /// <summary>PRETTY_NAME of os-release(5), quotes taken off.</summary>
    public static string OperatingSystemName(IEnumerable<string> lines)
    {
        const string Key = "PRETTY_NAME=";
        string? line = lines.FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? "Linux" : line[Key.Length..].Trim().Trim('"', '\'');
    }

    private static List<ContainerStatus> States(ContainerEngine engine, Action<EngineException>? broken)
    {
        var states = new List<ContainerStatus>();
        foreach (ContainerRecord record in engine.Store.All(broken))
        {
            try
            {
                states.Add(engine.Probe(record).Status);
            }
            catch (EngineException failure)
            {
                broken?.Invoke(failure);
            }
        }
        return states;
    }

    private static IEnumerable<HostController> Controllers(CgroupMounts mounts)
        => mounts.All.SelectMany(mount => mount.Controllers.Select(name => new HostController(name, mount.Version, mount.Directory))).OrderBy(controller => controller.Name, StringComparer.Ordinal);

    // "MemTotal:        8133928 kB"
    private static long Total(string key)
    {
        string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(key + ":", StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(key.Length + 1).Trim().TrimEnd("kB").Trim(), out long kibibytes) ? kibibytes * 1024 : 0;
    }
}
