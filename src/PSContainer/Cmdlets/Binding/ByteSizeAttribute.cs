using System.Globalization;
using System.Management.Automation;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Sizes: 41943040, 40MB and, as docker writes it, "40M", "1.5g", "512k" (1024 each); "max" and -1 for none.</summary>
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    private const string Units = "BKMGTP";

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        // What a limit that was read says of no limit (LimitValues).
        if (plain is double.PositiveInfinity) return -1L;
        if (plain is not string text) return plain;
        return Parse(text) ?? throw new ArgumentTransformationMetadataException($"'{text}' is no size. Write bytes, 40MB, or '40M'.");
    }

    /// <summary>Bytes; null where the text is no size.</summary>
    internal static long? Parse(string text)
    {
        string number = text.Trim();
        if (number.Equals("max", StringComparison.OrdinalIgnoreCase)) return -1;
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bytes)) return bytes;
        string upper = number.ToUpperInvariant();
        if (upper.EndsWith("IB", StringComparison.Ordinal)) upper = upper[..^2];
        else if (upper.Length > 1 && upper[^1] == 'B' && Units.Contains(upper[^2])) upper = upper[..^1];
        int power = upper.Length > 1 ? Units.IndexOf(upper[^1]) : -1;
        if (power < 0 || !decimal.TryParse(upper[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)) return null;
        for (int i = 0; i < power; i++) value *= 1024;
        return value <= long.MaxValue ? (long)value : null;
    }
}
