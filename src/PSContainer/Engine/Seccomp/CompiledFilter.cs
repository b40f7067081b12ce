using System.Buffers.Binary;
using System.Text;

namespace PSContainer.Engine.Seccomp;

/// <summary>A filter as the kernel takes it.</summary>
/// <param name="Program">Instructions (struct sock_filter); none where a plan is only shown.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_*.</param>
/// <param name="Listener">Who answers calls that the filter asks about.</param>
public sealed record CompiledFilter(byte[] Program, uint Flags, SeccompListener? Listener)
{
    /// <summary>What stands in place of a filter where a plan is only read: the module has no compiler.</summary>
    public static CompiledFilter Shown(SeccompProfile profile) => new([], profile.Flags, profile.Listener);

    /// <summary>As a file of ours; <see cref="Read"/> takes it.</summary>
    public byte[] ToBytes()
    {
        byte[] path = Encoding.UTF8.GetBytes(Listener?.Path ?? ""), metadata = Encoding.UTF8.GetBytes(Listener?.Metadata ?? "");
        var bytes = new byte[HeaderSize + path.Length + metadata.Length + Program.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Flags);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), path.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Listener?.Metadata is null ? -1 : metadata.Length);
        path.CopyTo(bytes, HeaderSize);
        metadata.CopyTo(bytes, HeaderSize + path.Length);
        Program.CopyTo(bytes, HeaderSize + path.Length + metadata.Length);
        return bytes;
    }

    /// <exception cref="FormatException">It is no such file.</exception>
    public static CompiledFilter Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) throw new FormatException("the filter is cut off");
        int path = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), metadata = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), text = Math.Max(metadata, 0);
        ReadOnlySpan<byte> rest = bytes[HeaderSize..];
        if (path < 0 || path > rest.Length || text > rest.Length - path) throw new FormatException("the filter is cut off");
        SeccompListener? listener = path == 0 ? null : new(Encoding.UTF8.GetString(rest[..path]), metadata < 0 ? null : Encoding.UTF8.GetString(rest.Slice(path, text)));
        return new CompiledFilter(rest[(path + text)..].ToArray(), BinaryPrimitives.ReadUInt32LittleEndian(bytes), listener);
    }

    private const int HeaderSize = 12;
}
