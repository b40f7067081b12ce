using System.Net;
using PSContainer.Engine;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Plan;

namespace PSContainer.Tests.Unit.Networks;

/// <summary>Interfaces and files with names as steps of a plan.</summary>
public class NetworkStepsTests
{
    private static readonly EndpointPlan s_endpoint = new("pc-web-000001", "psv000000001-0", "eth0", IPAddress.Parse("10.5.0.2"), 24, [2, 0x42, 10, 5, 0, 2], 1450)
    {
        Gateway = IPAddress.Parse("10.5.0.1"), Address6 = IPAddress.Parse("fd00::2"), PrefixLength6 = 64, Gateway6 = IPAddress.Parse("fd00::1"),
    };

    private static SyscallPlan Build(params EndpointPlan[] endpoints) => SamplePlan.Build(SamplePlan.Spec(), request => request with
    {
        Endpoints = endpoints, NameFiles = [new NameFile("/etc/hosts", "/srv/hosts.conf")],
    });

    [Fact]
    public void The_recipe_is_in_its_order()
        => Build(s_endpoint).InOrder("PR_SET_DUMPABLE", "/proc/self/ns/net", "RTM_NEWLINK, veth psv000000001-0, mtu 1450, peer eth0 0242", "addrgenmode none", "RTM_GETLINK, pc-web-000001",
            "RTM_SETLINK, psv000000001-0, up, master <pc-web-000001>", "close(<the host's rtnetlink>)", "socket(AF_NETLINK", "RTM_GETLINK, eth0", "accept_ra", "RTM_NEWADDR, 10.5.0.2/24", "RTM_NEWADDR, fd00::2/64",
            "RTM_SETLINK, eth0, up", "default via 10.5.0.1", "default via fd00::1", "close(<rtnetlink>)", "MS_SLAVE", "/proc becomes visible", "/etc/hosts becomes visible", "pivot_root", "capset", "execve");

    [Fact]
    public void The_hosts_socket_is_opened_before_the_clone_and_closed_before_the_root_is_made()
    {
        SyscallPlan plan = Build(s_endpoint);
        Assert.Contains(plan.Prepare, step => step.Call == Call.Socket);
        Assert.True(plan.Find("close(<the host's rtnetlink>)") < plan.Find("pivot_root"));
    }

    [Fact]
    public void Without_an_endpoint_no_link_is_touched()
    {
        SyscallPlan plan = Build();
        Assert.False(plan.Has("rtnetlink"));
        Assert.DoesNotContain(plan.Prepare, step => step.Call == Call.Socket);
    }

    [Fact]
    public void Without_an_address_there_is_no_IPv6_and_without_a_gateway_no_way_out()
    {
        SyscallPlan plan = Build(s_endpoint with { Address6 = null, Gateway6 = null, Gateway = null });
        Assert.True(plan.Has("conf/eth0/disable_ipv6", "\"1\""));
        Assert.False(plan.Has("RTM_NEWROUTE"));
        Assert.Equal(1, plan.Count("RTM_NEWADDR"));
    }

    [Fact]
    public void A_link_in_place_of_a_file_stays_and_its_target_is_made()
    {
        SyscallPlan plan = Build();
        Assert.False(plan.Has("unlinkat("));
        Step made = plan.Step("make file(", "/etc/hosts");
        Assert.Equal(made.Result, made.Unless);
    }

    [Theory]
    [InlineData(Errno.EPERM, "PermissionDenied")]
    [InlineData(Errno.EOPNOTSUPP, "NetworkNotSupported")]
    [InlineData(Errno.EEXIST, "LinkNameTaken")]
    [InlineData(Errno.ENOMEM, "ResourcesExhausted")]
    [InlineData(Errno.EINVAL, "NetworkFailed")]
    public void A_step_that_fails_says_what_to_do(Errno errno, string id)
    {
        EngineException failure = PlanFailure.Explain(Build(s_endpoint).Step("RTM_NEWLINK"), errno, "/srv/root");
        Assert.Equal(id, failure.Id);
        Assert.NotNull(failure.Advice);
        if (errno is Errno.EPERM or Errno.EOPNOTSUPP) Assert.Contains("-Network None", failure.Advice);
    }
}
