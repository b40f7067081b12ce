using PSContainer.Engine.Cgroups.Devices;

namespace PSContainer.Tests.Unit.Cgroups;

public class DeviceProgramTests
{
    private const DeviceAccess R = DeviceAccess.Read, W = DeviceAccess.Write, M = DeviceAccess.MakeNode, All = DeviceAccess.All;

    private static bool Ask(ulong[] program, char type, int major, int minor, DeviceAccess access)
        => DeviceProgramInterpreter.Run(program, (uint)(((int)access << 16) | (type == 'b' ? 1 : 2)), (uint)major, (uint)minor) == 1;

    [Theory]
    [InlineData('c', 1, 3, All, true)]      // /dev/null
    [InlineData('c', 1, 3, R | W, true)]
    [InlineData('c', 136, 7, R | W, true)]  // /dev/pts/7
    [InlineData('c', 5, 1, R, false)]       // /dev/console
    [InlineData('c', 1, 1, M, true)]        // mknod of /dev/mem goes, opening it does not
    [InlineData('c', 1, 1, R, false)]
    [InlineData('c', 1, 1, M | R, false)]
    [InlineData('b', 8, 0, M, true)]
    [InlineData('b', 8, 0, R, false)]
    [InlineData('b', 1, 3, R, false)]       // the number of /dev/null as a block device
    [InlineData('c', 10, 200, R | W, false)] // /dev/net/tun
    public void The_default_rules_are_dockers(char type, int major, int minor, DeviceAccess access, bool allowed)
        => Assert.Equal(allowed, Ask(DeviceProgram.Build(DeviceRule.Defaults), type, major, minor, access));

    [Fact]
    public void No_rule_at_all_denies() => Assert.False(Ask(DeviceProgram.Build([]), 'c', 1, 3, R));

    [Fact]
    public void A_later_rule_wins()
    {
        DeviceRule deny = new(false, 'c', 1, 3, W), allow = new(true, 'a', null, null, All);
        Assert.False(Ask(DeviceProgram.Build([allow, deny]), 'c', 1, 3, W));
        Assert.True(Ask(DeviceProgram.Build([deny, allow]), 'c', 1, 3, W));
    }

    [Fact]
    public void What_is_denied_is_not_opened_by_asking_for_more()
    {
        var program = DeviceProgram.Build([new(true, 'a', null, null, All), new(false, 'c', 1, 3, W)]);
        Assert.True(Ask(program, 'c', 1, 3, R));
        Assert.False(Ask(program, 'c', 1, 3, R | W));
    }

    [Fact]
    public void Two_rules_together_grant_both_accesses()
        => Assert.True(Ask(DeviceProgram.Build([new(true, 'c', 1, 3, R), new(true, 'c', 1, null, W)]), 'c', 1, 3, R | W));

    [Fact]
    public void Nothing_stands_behind_a_rule_for_everything()
    {
        // Unreachable code would be refused by the verifier.
        var program = DeviceProgram.Build([new(true, 'c', 1, 3, All), new(true, 'a', null, null, All)]);
        Assert.Equal(8, program.Length);
    }

    /// <summary>Random rules against a model that follows OCI's words: in order, bit by bit, the last one wins.</summary>
    [Fact]
    public void Program_and_words_agree()
    {
        var random = new Random(20240607);
        for (var round = 0; round < 2000; round++)
        {
            var rules = Enumerable.Range(0, random.Next(0, 8)).Select(_ => new DeviceRule(
                random.Next(2) == 0, "abc"[random.Next(3)], random.Next(2) == 0 ? null : random.Next(3), random.Next(2) == 0 ? null : random.Next(3), (DeviceAccess)random.Next(0, 8))).ToArray();
            var program = DeviceProgram.Build(rules);
            for (var question = 0; question < 30; question++)
            {
                var (type, major, minor, access) = ("bc"[random.Next(2)], random.Next(4), random.Next(4), (DeviceAccess)random.Next(1, 8));
                var granted = DeviceAccess.None;
                foreach (var rule in rules)
                {
                    if ((rule.Type != 'a' && rule.Type != type) || (rule.Major ?? major) != major || (rule.Minor ?? minor) != minor) continue;
                    granted = rule.Allow ? granted | rule.Access : granted & ~rule.Access;
                }
                Assert.Equal((granted & access) == access, Ask(program, type, major, minor, access));
            }
        }
    }

    [Theory]
    [InlineData("x", 1L, 3L, "rwm")]
    [InlineData("c", 5000L, 3L, "rwm")]
    [InlineData("c", 1L, -2L, "rwm")]
    [InlineData("c", 1L, 3L, "rx")]
    public void Rules_of_a_bundle_are_checked(string type, long major, long minor, string access)
        => Fails.With("DeviceRuleInvalid", () => DeviceRule.FromOci(true, type, major, minor, access));

    [Fact]
    public void A_rule_of_a_bundle_means_any_where_it_says_nothing()
        => Assert.Equal(new DeviceRule(false, 'a', null, null, All), DeviceRule.FromOci(false, null, null, -1, null));
}

/// <summary>Runs the few instructions that device programs are made of, and refuses all others.</summary>
internal static class DeviceProgramInterpreter
{
    public static ulong Run(ulong[] program, uint accessType, uint major, uint minor)
    {
        var registers = new ulong[11];
        uint[] context = [accessType, major, minor];
        var visited = new HashSet<int>();
        for (var at = 0; ; at++)
        {
            Assert.InRange(at, 0, program.Length - 1);
            Assert.True(visited.Add(at), "no loops");
            var word = program[at];
            var (operation, to, from) = ((byte)word, (int)(word >> 8) & 15, (int)(word >> 12) & 15);
            var (offset, immediate) = ((short)(word >> 16), (int)(word >> 32));
            switch (operation)
            {
                case 0x61: registers[to] = context[offset / 4]; break;
                case 0x54: registers[to] = (uint)registers[to] & (uint)immediate; break;
                case 0x74: registers[to] = (uint)registers[to] >> immediate; break;
                case 0xBC: registers[to] = (uint)registers[from]; break;
                case 0xB7: registers[to] = (ulong)(long)immediate; break;
                case 0x15: if (registers[to] == (ulong)(long)immediate) at += offset; break;
                case 0x55: if (registers[to] != (ulong)(long)immediate) at += offset; break;
                case 0x95: return registers[0];
                default: throw new InvalidOperationException($"instruction {operation:x2}");
            }
        }
    }
}
