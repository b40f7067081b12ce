using PSContainer.Engine.Cgroups;

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
        => Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])
            && Path.GetFileName(folder) != Environment.ProcessId.ToString() && IsOurs(folder));

    [SystemFact]
    public void No_run_state_and_no_record_is_left()
    {
        Assert.Empty(Entries(Machine.Root.Run));
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
