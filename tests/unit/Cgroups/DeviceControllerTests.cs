using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

public class DeviceControllerTests
{
    private const DeviceAccess All = DeviceAccess.All;

    private static string[] Plan(FakeCgroups fake, params DeviceRule[] rules)
        => [.. fake.Writes(fake.Open().PlanApply(new() { Devices = rules })).Select(write => write["devices/c/devices.".Length..])];

    [Fact]
    public void V1_denies_first_and_never_opens()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Assert.Equal(["deny=a", "allow=c 1:3 rwm", "allow=b *:* m"],
            Plan(fake, new(false, 'a', null, null, All), new(true, 'c', 1, 3, All), new(true, 'b', null, null, DeviceAccess.MakeNode)));
    }

    [Fact]
    public void A_change_adds_before_it_takes_away()
    {
        using var fake = FakeCgroups.V1().AddV1Group().Set("devices/c/devices.list", "c 1:3 rwm\nb 8:0 rw");
        Assert.Equal(["allow=c 1:5 rwm", "deny=b 8:0 rw"],
            Plan(fake, new(false, 'a', null, null, All), new(true, 'c', 1, 3, All), new(true, 'c', 1, 5, All)));
    }

    [Fact]
    public void A_denial_shrinks_what_it_covers()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Assert.Equal(["deny=a", "allow=c 1:3 r"], Plan(fake, new(true, 'c', 1, 3, All), new(true, 'b', 8, 0, All),
            new(false, 'a', null, null, DeviceAccess.Write | DeviceAccess.MakeNode), new(false, 'b', null, null, All)));
    }

    [Fact]
    public void All_devices_stay_open_for_the_privileged()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Assert.Equal(["allow=a", "deny=c 1:1 rw"], Plan(fake, new(true, 'a', null, null, All), new(false, 'c', 1, 1, DeviceAccess.Read | DeviceAccess.Write)));
    }

    [Fact]
    public void A_rule_for_both_types_is_two_in_v1()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Assert.Equal(["deny=a", "allow=c 7:* r", "allow=b 7:* r"], Plan(fake, new DeviceRule(true, 'a', 7, null, DeviceAccess.Read)));
    }

    [Fact]
    public void An_exception_of_an_exception_is_refused_and_not_widened()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Fails.With("DeviceRuleNotSupported", () => Plan(fake, new(true, 'c', 1, null, All), new(false, 'c', 1, 1, All)));
    }

    [Fact]
    public void V2_has_a_program_and_no_files()
    {
        using var fake = FakeCgroups.V2();
        var plan = CgroupPlan.Create(fake.Mounts, "/c", new() { Devices = DeviceRule.Defaults });
        Assert.Equal(fake.Root + "/c", plan.DeviceFilter!.Directory);
        Assert.Equal(DeviceProgram.Build(DeviceRule.Defaults), plan.DeviceFilter.Instructions);
        Assert.DoesNotContain(plan.Actions, action => action.Path.Contains("devices."));
    }
}
