using System.Globalization;

namespace PSContainer.Engine.Images;

/// <summary>
/// Short names of layers: links of 13 characters in <c>l/</c>, as docker has them, because what a mount takes for options is bounded. They are
/// made of the digest's first 65 bits; should two meet, the second one takes the next bits.
/// </summary>
internal sealed class LayerLinks(string layers)
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 13;

    private string Folder { get; } = Path.Combine(layers, "l");

    /// <summary>The link's path; it is made where it is missing.</summary>
    public string PathOf(Digest diffId)
    {
        string target = TargetOf(diffId);
        for (int start = 0; ; start++)
        {
            string path = Path.Combine(Folder, Name(diffId, start));
            string? there = ReadLink(path);
            if (there == target) return path;
            if (there is not null) continue;
            try
            {
                Directory.CreateDirectory(Folder);
                File.CreateSymbolicLink(path, target);
                return path;
            }
            catch (IOException) when (ReadLink(path) is not null)
            {
                // Somebody else was faster; perhaps for this very layer.
                start--;
            }
        }
    }

    public void Remove(Digest diffId)
    {
        for (int start = 0; ReadLink(Path.Combine(Folder, Name(diffId, start))) is { } there; start++)
            if (there == TargetOf(diffId)) File.Delete(Path.Combine(Folder, Name(diffId, start)));
    }

    private static string TargetOf(Digest diffId) => $"../{diffId.Hex}/fs";

    private static string? ReadLink(string path) => new FileInfo(path).LinkTarget;

    // Seventeen hexadecimal digits hold 68 bits; 13 digits of five bits each take the first 65.
    private static string Name(Digest diffId, int start)
    {
        UInt128 bits = UInt128.Parse(diffId.Hex.AsSpan(start, 17), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> 3;
        return string.Create(Length, bits, static (name, rest) =>
        {
            for (int i = name.Length - 1; i >= 0; i--, rest >>= 5) name[i] = Digits[(int)(rest & 31)];
        });
    }
}
