using PSContainer.Engine.Spec;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Spec;

public class IdMappingTests
{
    [Fact]
    public void The_kernel_gets_a_line_a_range()
        => Assert.Equal("0 100000 65536\n65536 5 1\n", IdMapping.Lines([new(0, 100000, 65536), new(65536, 5, 1)]));

    [Theory]
    [InlineData(0u, 100000u)]
    [InlineData(999u, 100999u)]
    [InlineData(1000u, 7u)]
    [InlineData(1001u, null)]
    [InlineData(uint.MaxValue, null)]
    public void An_id_inside_is_one_outside_or_nobody(uint inside, uint? outside)
        => Assert.Equal(outside, IdMapping.Outside([new(0, 100000, 1000), new(1000, 7, 1)], inside));

    [Theory]
    [InlineData(0u, 0u, 0u)]
    [InlineData(0u, 4294967295u, 1u)]
    [InlineData(4294967290u, 0u, 6u)]
    [InlineData(0u, 4294967290u, 4294967295u)]
    public void A_range_that_is_empty_or_leads_past_the_end_is_refused(uint inside, uint outside, uint size)
        => Fails.With("MappingInvalid", () => IdMapping.Check([new(inside, outside, size)], "users"));

    [Fact]
    public void Ranges_may_touch_and_not_overlap()
    {
        IdMapping.Check([new(0, 100, 10), new(10, 110, 10), new(4294967285, 4294967285, 10)], "users");
        Fails.With("MappingInvalid", () => IdMapping.Check([new(0, 100, 10), new(9, 200, 10)], "users"));
        Fails.With("MappingInvalid", () => IdMapping.Check([new(0, 100, 10), new(10, 109, 10)], "users"));
        Fails.With("MappingInvalid", () => IdMapping.Check([new(0, 100, 10), new(2, 200, 3)], "users"));
        Fails.With("MappingInvalid", () => IdMapping.Check([.. Enumerable.Range(0, 341).Select(i => new IdMapping((uint)i, (uint)i, 1))], "users"));
        IdMapping.Check([.. Enumerable.Range(0, 340).Select(i => new IdMapping((uint)i, (uint)i, 1))], "users");
    }
}
