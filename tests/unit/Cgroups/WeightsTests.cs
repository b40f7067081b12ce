using PSContainer.Engine.Cgroups.Controllers;

namespace PSContainer.Tests.Unit.Cgroups;

public class WeightsTests
{
    // The pairs of opencontainers/cgroups' and crun's own tests.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(2000, 170)]
    [InlineData(262144, 10000)]
    [InlineData(1_000_000, 10000)]
    public void Oci_shares_convert_as_in_runc_and_crun(long shares, int weight) => Assert.Equal(weight, Weights.OciSharesToWeight(shares));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(100, 1024)]
    [InlineData(10000, 262144)]
    public void A_weights_ends_and_default_meet_those_of_shares(int weight, long shares) => Assert.Equal(shares, Weights.ToShares(weight));

    [Fact]
    public void Every_weight_comes_back_from_shares()
    {
        for (var weight = 1; weight <= 10000; weight++) Assert.Equal(weight, Weights.FromShares(Weights.ToShares(weight)));
    }

    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(100, 100, 500)]
    [InlineData(200, 109, 1000)]
    [InlineData(10000, 1000, 1000)]
    public void Disk_weights_convert_as_in_systemd(int weight, int bfq, int blkio)
    {
        Assert.Equal(bfq, Weights.ToBfq(weight));
        Assert.Equal(blkio, Weights.ToBlkio(weight));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 100)]
    [InlineData(1000, 10000)]
    public void Bfq_weights_are_read_back(int bfq, int weight) => Assert.Equal(weight, Weights.FromBfq(bfq));

    [Theory]
    [InlineData(10, 1)]
    [InlineData(1000, 10000)]
    [InlineData(500, 4950)]
    public void Oci_disk_weights_convert_as_in_runc(int oci, int weight) => Assert.Equal(weight, Weights.OciBlockIOToWeight(oci));
}
