namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>The scales of weights in both interfaces, and how they convert.</summary>
public static class Weights
{
    // runc (opencontainers/cgroups) since 1.3.2 and crun since 1.23 fit a parabola through (2, 1), (1024, 100) and
    // (262144, 10000) on logarithmic axes: log10(weight) = (l² + 125·l) / 612 − 7/34, with l = log2(shares). The linear
    // formula before it made docker's default of 1024 a weight of 39.
    private static double Log10Weight(double shares)
    {
        var l = Math.Log2(shares);
        return (((l * l) + (125 * l)) / 612) - (7.0 / 34);
    }

    /// <summary>OCI cpu.shares (2 to 262144) as cpu.weight, rounded up as runc and crun do.</summary>
    public static int OciSharesToWeight(long shares) => shares switch
    {
        <= 2 => 1,
        >= 262144 => 10000,
        // The default's exponent is 2 only up to the last bit of a double.
        1024 => 100,
        _ => (int)Math.Ceiling(Math.Pow(10, Log10Weight(shares))),
    };

    /// <summary>v1 cpu.shares read back as cpu.weight: the exact reverse of <see cref="ToShares"/>.</summary>
    public static int FromShares(long shares) => shares switch
    {
        <= 2 => 1,
        >= 262144 => 10000,
        _ => (int)Math.Round(Math.Pow(10, Log10Weight(shares))),
    };

    /// <summary>cpu.weight (1 to 10000) as v1 cpu.shares: the same parabola solved for l.</summary>
    public static long ToShares(int weight)
    {
        var l = (Math.Sqrt(15625 + (4 * 612 * (Math.Log10(weight) + (7.0 / 34)))) - 125) / 2;
        return Math.Clamp((long)Math.Round(Math.Pow(2, l)), 2, 262144);
    }

    /// <summary>io.weight as the weight of the BFQ scheduler, 1 to 1000 with 100 in both as default (systemd, BFQ_WEIGHT).</summary>
    public static int ToBfq(int weight) => weight <= 100 ? weight : 100 + ((weight - 100) * 900 / 9900);

    public static int FromBfq(int weight) => weight <= 100 ? weight : 100 + ((weight - 100) * 9900 / 900);

    /// <summary>io.weight as v1 blkio.weight, 10 to 1000 with 500 as default (systemd, cgroup_weight_io_to_blkio).</summary>
    public static int ToBlkio(int weight) => Math.Clamp(weight * 500 / 100, 10, 1000);

    public static int FromBlkio(int weight) => Math.Clamp(weight * 100 / 500, 1, 10000);

    /// <summary>OCI blockIO.weight (10 to 1000) as io.weight (runc and crun): linear.</summary>
    public static int OciBlockIOToWeight(int weight) => 1 + ((weight - 10) * 9999 / 990);
}
