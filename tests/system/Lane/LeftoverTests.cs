using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;

namespace PSContainer.Tests.System.Lane;

/// <summary>After all others: nothing of this run is left on the machine.</summary>
[Collection(LaneOrder.Last)]
public class LeftoverTests
{
    [SystemFact]
    public void No_mount_of_ours_is_left_on_the_host()
        => Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(Machine.Folder, StringComparison.Ordinal));

    [SystemFact]
    public void No_cgroup_of_ours_is_left()
    {
        string[] ours = [.. Machine.Ids.Select(id => "pscontainer-" + id)];
        Assert.Empty(CgroupLeftovers.Find(CgroupMounts.Discover()).Select(path => path[1..]).Intersect(ours));
    }

    [SystemFact]
    public void No_process_of_ours_is_left()
        // The last to leave a network starts a process that takes its bridge away.
        => Pscontainer.Eventually(() => !Directory.EnumerateDirectories("/proc").Any(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])
            && Path.GetFileName(folder) != Environment.ProcessId.ToString() && IsOurs(folder)), "no process of ours");

    [SystemFact]
    public void No_link_and_no_address_of_ours_is_left()
    {
        string[] links = [.. Machine.Ids.Where(id => id.Length == 32).Select(id => $"psv{id[..9]}-")];
        Pscontainer.Eventually(() => !Directory.EnumerateDirectories("/sys/class/net").Any(path => links.Any(link => Path.GetFileName(path).StartsWith(link, StringComparison.Ordinal))
            || Alias(path).EndsWith(" of " + Machine.Storage, StringComparison.Ordinal)), "no link of ours");
        Assert.DoesNotContain(Entries(Machine.Root.Run), path => path.EndsWith(".leases", StringComparison.Ordinal));
    }

    private static string Alias(string link)
    {
        try
        {
            return File.ReadAllText(link + "/ifalias").TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

    [SystemFact]
    public void No_run_state_and_no_record_is_left()
    {
        // Compiled filters are kept for the next start.
        Assert.DoesNotContain(Entries(Machine.Root.Run), entry => !entry.EndsWith(".filter", StringComparison.Ordinal));
        Assert.Empty(Entries(Machine.Root.Containers));
        Assert.Empty(Entries(Machine.Root.Names));
    }

    private static string[] Entries(string folder) => Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];

    private static bool IsOurs(string process)
    {
        try
        {
            string environment = File.ReadAllText(process + "/environ"), line = File.ReadAllText(process + "/cmdline");
            return line.Contains(Machine.Storage, StringComparison.Ordinal) || environment.Contains(Machine.Storage, StringComparison.Ordinal)
                || File.ReadAllText(process + "/mountinfo").Contains(Machine.Folder, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
