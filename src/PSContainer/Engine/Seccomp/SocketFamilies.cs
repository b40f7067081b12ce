using System.Text.Json;

namespace PSContainer.Engine.Seccomp;

/// <summary>
/// The families that socket(2) may be called for in the default profile: all but AF_ALG and AF_VSOCK, as moby has it. But moby compares the whole 64
/// bits of the argument ("less than 38, 39, greater than 40"), of which the kernel takes the lower 32: 2^32 + 38 passes there, and
/// is AF_ALG. So these are ranges of the lower half, each one a mask of the bits that its numbers have in common.
/// </summary>
internal static class SocketFamilies
{
    public const string CallName = "socket";

    // From 0 to 63; the kernel has 46 of them, and what is above is no family for anybody.
    private static readonly (uint Mask, uint Value)[] s_ranges =
    [
        (0xFFFFFFE0, 0), (0xFFFFFFFC, 32), (0xFFFFFFFE, 36), (0xFFFFFFFF, 39), (0xFFFFFFFF, 41), (0xFFFFFFFE, 42), (0xFFFFFFFC, 44), (0xFFFFFFF0, 48),
    ];

    public static void Write(Utf8JsonWriter writer)
    {
        foreach ((uint mask, uint value) in s_ranges)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("names");
            writer.WriteStringValue(CallName);
            writer.WriteEndArray();
            writer.WriteString("action", "SCMP_ACT_ALLOW");
            writer.WriteStartArray("args");
            writer.WriteStartObject();
            writer.WriteNumber("index", 0);
            writer.WriteNumber("value", mask);
            writer.WriteNumber("valueTwo", value);
            writer.WriteString("op", "SCMP_CMP_MASKED_EQ");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
