using System.Globalization;

namespace PSContainer.Engine.Builds.Language;

/// <summary>A duration as Go writes it: "1m30s", "1.5h", "500ms", "0".</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Seconds)[] s_units = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <returns>null where it is none, is below 0, or exceeds what a TimeSpan holds.</returns>
    public static TimeSpan? TryParse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        double seconds = 0;
        int i = 0;
        while (i < text.Length)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            if (!double.TryParse(text[start..i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return null;
            (string Unit, double Seconds) unit = s_units.FirstOrDefault(known => string.CompareOrdinal(text, i, known.Unit, 0, known.Unit.Length) == 0);
            if (unit.Unit is null) return null;
            i += unit.Unit.Length;
            seconds += number * unit.Seconds;
        }
        return text.Length > 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) : null;
    }
}
