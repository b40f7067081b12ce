using System.Security.Cryptography;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Blobs;

/// <summary>
/// A content's name, <c>sha256:</c> and 64 lower-case hexadecimal digits (image-spec, descriptor.md). A value of this type is
/// always well-formed, so it is safe as a file's name (CVE-2024-3727 was a digest used as a path unchecked).
/// </summary>
public readonly record struct Digest : IComparable<Digest>
{
    private const string Prefix = "sha256:";
    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>The 64 digits.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("A digest that was never set.");

    /// <summary>The first 12 digits, as tables show it.</summary>
    public string Short => Hex[..12];

    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>Of all that a stream has left.</summary>
    public static Digest Of(Stream content, CancellationToken cancelled)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        for (int read; (read = content.Read(buffer)) > 0; hash.AppendData(buffer, 0, read)) cancelled.ThrowIfCancellationRequested();
        return FromHash(hash.GetCurrentHash());
    }

    /// <param name="hash">32 bytes.</param>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
        => hash.Length == SHA256.HashSizeInBytes ? new Digest(Convert.ToHexString(hash).ToLowerInvariant()) : throw new ArgumentException("Not a SHA-256.", nameof(hash));

    /// <exception cref="EngineException">DigestInvalid.</exception>
    public static Digest Parse(string text)
        => TryParse(text, out Digest digest) ? digest : throw new EngineException("DigestInvalid", Reason.InvalidInput,
            $"'{Printable.Of(text.Length > 100 ? text[..100] + "…" : text)}' is no digest.", "A digest is 'sha256:' and 64 hexadecimal digits in lower case.");

    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        string hex = text[Prefix.Length..];
        if (hex.AsSpan().ContainsAnyExcept("0123456789abcdef")) return false;
        digest = new Digest(hex);
        return true;
    }

    public int CompareTo(Digest other) => string.CompareOrdinal(_hex, other._hex);

    public override string ToString() => Prefix + Hex;
}
