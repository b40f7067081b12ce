using System.Globalization;

namespace PSContainer.Engine.Text;

/// <summary>Amounts as people read them.</summary>
public static class SizeText
{
    /// <summary>long.MaxValue, wherever it stands for "as much as there is".</summary>
    public const string Unlimited = "unlimited";

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes in a sentence: "6 MiB", "41.37 MiB". Cut off and not rounded, so that what is less than a limit does not read like it.</summary>
    public static string Of(long bytes)
    {
        if (bytes == long.MaxValue) return Unlimited;
        (decimal size, string unit) = Scale(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Truncate(size * 100) / 100:0.##} {unit}");
    }

    /// <summary>Bytes in a column, the points below each other: "40.0 MiB".</summary>
    public static string InColumn(long bytes)
    {
        if (bytes == long.MaxValue) return Unlimited;
        (decimal size, string unit) = Scale(bytes);
        return unit == Units[0] ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {unit}");
    }

    /// <summary>A number of things: "100", "unlimited".</summary>
    public static string Count(long count) => count == long.MaxValue ? Unlimited : count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Processors' worth of time: "1.5", "unlimited".</summary>
    public static string Processors(double count) => double.IsPositiveInfinity(count) ? Unlimited : count.ToString("0.##", CultureInfo.InvariantCulture);

    private static (decimal Size, string Unit) Scale(long bytes)
    {
        decimal size = bytes;
        int unit = 0;
        while (Math.Abs(size) >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        return (size, Units[unit]);
    }
}
