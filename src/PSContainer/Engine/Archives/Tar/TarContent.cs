using PSContainer.Engine.Archives.Compression;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>The content of the entry that a reader stands on, as a stream.</summary>
internal sealed class TarContent(TarReader reader) : ForwardStream
{
    public override int Read(Span<byte> buffer) => reader.Read(buffer);
}
