using System.Globalization;

namespace PSContainer.Cmdlets.Formats;

/// <summary>Networks in words; the format file calls it.</summary>
public static class NetworkColumns
{
    /// <summary>A few names, and how many there are beyond.</summary>
    public static string Names(IReadOnlyList<string> names)
    {
        const int shown = 4;
        return string.Join(", ", names.Take(shown)) + (names.Count > shown ? $" and {names.Count - shown} more" : "");
    }

    /// <summary>"1.204".</summary>
    public static string Seconds(double? seconds) => seconds?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";

    /// <summary>"12.5"; nothing without an interval.</summary>
    public static string Percent(double? percent) => percent?.ToString("0.0", CultureInfo.InvariantCulture) ?? "";
}
