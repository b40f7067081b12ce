using System.Security.Cryptography;
using PSContainer.Kernel;

namespace PSContainer.Engine.State;

/// <summary>Ids and names that nobody chose.</summary>
public static class ContainerId
{
    public const int ShortLength = 12;

    private static readonly string[] Qualities =
    [
        "amber", "brave", "brisk", "calm", "clear", "coral", "crisp", "deft", "eager", "fair", "fleet", "gentle", "glad", "keen", "kind",
        "lucid", "merry", "mild", "noble", "quick", "quiet", "ready", "rosy", "sharp", "silver", "smart", "steady", "swift", "tidy", "warm",
    ];

    private static readonly string[] Animals =
    [
        "badger", "beaver", "crane", "deer", "dove", "falcon", "finch", "fox", "hare", "heron", "ibex", "jay", "kite", "lark", "lynx",
        "marten", "mole", "otter", "owl", "plover", "puffin", "raven", "robin", "seal", "stork", "swan", "tern", "vole", "wren", "yak",
    ];

    /// <summary>32 hexadecimal digits: 128 random bits.</summary>
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomBytes.Fill(bytes);
        return Convert.ToHexString(bytes).ToLowerInvariant();
    }

    public static string Short(string id) => id.Length > ShortLength ? id[..ShortLength] : id;

    /// <summary>A name that can be said aloud; with a number once the plain ones grow scarce.</summary>
    public static string NewName(int attempt)
    {
        string name = $"{Qualities[RandomNumberGenerator.GetInt32(Qualities.Length)]}-{Animals[RandomNumberGenerator.GetInt32(Animals.Length)]}";
        return attempt < 5 ? name : $"{name}-{RandomNumberGenerator.GetInt32(1000, 1_000_000)}";
    }
}
