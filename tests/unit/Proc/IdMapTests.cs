using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class IdMapTests
{
    [Theory]
    [InlineData("         0          0 4294967295\n", "all")]
    [InlineData("         0     100000      65536\n", "0-65535 are 100000-165535")]
    [InlineData("         0       1000          1\n         1     100000      65536\n", "0 is 1000, 1-65536 are 100000-165535")]
    [InlineData("", "none")]
    public void Reads_as_a_sentence(string text, string expected) => Assert.Equal(expected, IdMap.Parse(text).ToString());

    [Fact]
    public void Finds_what_an_id_is_inside()
    {
        IdMap map = IdMap.Parse("         0       1000          1\n         1     100000      65536\n");
        Assert.Equal(0u, map.Inside(1000));
        Assert.Equal(34u, map.Inside(100033));
        Assert.Null(map.Inside(0));
        Assert.Null(map.Inside(165536));
    }

    [Fact]
    public void The_whole_map_has_room_for_the_highest_id() => Assert.Equal(4294967294u, IdMap.Parse("0 0 4294967295\n").Inside(4294967294u));
}
