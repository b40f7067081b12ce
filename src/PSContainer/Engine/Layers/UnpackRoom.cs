using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>
/// How much an archive may still unpack to. What it claims is checked before anything is written, so a bomb of a kilobyte meets the
/// disk's bounds at once; a reserve stays free for everybody else on the machine.
/// </summary>
internal sealed class UnpackRoom(int root)
{
    private const long LargestReserve = 1L << 30;
    private const long LargestInodeReserve = 10_000;
    private const long LookAgainAfter = 64L << 20;
    private const long EntryCost = 512;

    private long _free, _inodes, _since = LookAgainAfter;

    /// <summary>Books an entry and its content.</summary>
    /// <exception cref="EngineException">StorageFull.</exception>
    public void Take(TarEntry entry)
    {
        // Others write too, so the file system is asked from time to time, and before it is said to be full.
        if (_since >= LookAgainAfter || entry.Size > _free || _inodes == 0) Look();
        if (entry.Size > _free) throw StorageFull.Error($"'{entry.Name}' has {entry.Size} bytes, and {Math.Max(0, _free)} are left beside a reserve");
        if (_inodes == 0) throw StorageFull.Error($"the file system can't take more files ('{entry.Name}')");
        _free -= entry.Size;
        _since += entry.Size + EntryCost;
        _inodes--;
    }

    private void Look()
    {
        FileSystemRoom room = FileSystemRoom.Read(root);
        _free = room.Free - Math.Min(LargestReserve, room.Size / 100);
        _inodes = room.Inodes == 0 ? long.MaxValue : Math.Max(0, room.FreeInodes - Math.Min(LargestInodeReserve, room.Inodes / 100));
        _since = 0;
    }
}
