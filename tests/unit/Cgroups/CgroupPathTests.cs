using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;

namespace PSContainer.Tests.Unit.Cgroups;

public class CgroupPathTests
{
    [Theory]
    [InlineData(null, "/pscontainer-3f1c")]
    [InlineData("", "/pscontainer-3f1c")]
    [InlineData("/group/name", "/group/name")]
    [InlineData("group//name/", "/group/name")]
    [InlineData("/cri-containerd:abc", "/cri-containerd:abc")]
    [InlineData("system.slice:docker:abc", "/system.slice/docker-abc.scope")]
    [InlineData("kubepods-burstable-pod1.slice:cri-containerd:abc", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-abc.scope")]
    [InlineData(":runc:abc", "/system.slice/runc-abc.scope")]
    public void Paths_are_resolved(string? asked, string path) => Assert.Equal(path, CgroupPath.Resolve(asked, "3f1c"));

    [Theory]
    [InlineData("/")]
    [InlineData("../x")]
    [InlineData("/a/../../x")]
    [InlineData("/a/./b")]
    [InlineData("/a\nb")]
    [InlineData("/a\0b")]
    [InlineData("/cgroup.procs")]
    [InlineData("/a/memory.max")]
    [InlineData("/tasks")]
    [InlineData("bad:docker:abc")]
    [InlineData("a--b.slice:docker:abc")]
    [InlineData("system.slice:..:../../x")]
    public void Paths_that_lead_elsewhere_are_refused(string asked) => Fails.With("CgroupPathInvalid", () => CgroupPath.Resolve(asked, "3f1c"));

    [Fact]
    public void Names_longer_than_a_file_name_are_refused() => Fails.With("CgroupPathInvalid", () => CgroupPath.Resolve("/" + new string('a', 256), "1"));

    [Fact]
    public void A_containers_group_is_never_taken_for_a_processs()
        => Assert.False(CgroupPath.Default("limit-1-2")[1..].StartsWith(CgroupPath.ProcessPrefix, StringComparison.Ordinal));

    [Fact]
    public void Leftovers_are_found_once_and_lead_back_to_their_container()
    {
        using var fake = FakeCgroups.Hybrid();
        fake.Set("memory/pscontainer-a1/tasks", "").Set("cpu/pscontainer-a1/tasks", "").Set("unified/pscontainer-b2/cgroup.procs", "").Set("memory/docker/pscontainer-x/tasks", "");
        Assert.Equal(["/pscontainer-a1", "/pscontainer-b2"], CgroupLeftovers.Find(fake.Mounts));
        Assert.Equal("a1", CgroupLeftovers.ContainerId("/pscontainer-a1"));
        Assert.Null(CgroupLeftovers.ContainerId("/docker/pscontainer-a1"));
    }
}
