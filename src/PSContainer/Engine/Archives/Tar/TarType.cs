namespace PSContainer.Engine.Archives.Tar;

/// <summary>What an entry of an archive is: the type flag of tar(5).</summary>
public enum TarType : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Folder = (byte)'5',
    Fifo = (byte)'6',
}
