using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Host;

/// <summary>A folder of ours, and the file system that it lies on, or will lie on once it is made.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Exists">It has been made.</param>
/// <param name="FileSystem">"ext4", "overlay"; as /proc/self/mountinfo has it.</param>
/// <param name="MountPoint">Where that file system is mounted.</param>
/// <param name="Free">Bytes that the caller could still write.</param>
/// <param name="Total">Bytes in all.</param>
public sealed record StorageSpace(string Path, bool Exists, string FileSystem, string MountPoint, long Free, long Total)
{
    public static StorageSpace Of(string folder)
    {
        string there = folder;
        while (!Directory.Exists(there) && System.IO.Path.GetDirectoryName(there) is { } above) there = above;
        (string type, string point) = Find(File.ReadAllBytes("/proc/self/mountinfo"), there);
        var drive = new DriveInfo(there);
        return new StorageSpace(folder, there == folder, type, point, drive.AvailableFreeSpace, drive.TotalSize);
    }

    /// <summary>The mount that shows a path: the longest mount point above it, and of several on one point the last.</summary>
    /// <param name="mountInfo">The text of /proc/self/mountinfo.</param>
    /// <param name="path">Absolute, without links.</param>
    public static (string Type, string MountPoint) Find(ReadOnlySpan<byte> mountInfo, string path)
    {
        (string Type, string Point) found = ("", "");
        while (!mountInfo.IsEmpty)
        {
            if (!MountInfo.TryParse(MountInfo.NextLine(ref mountInfo), out MountInfo mount)) continue;
            string point = MountInfo.Unescape(mount.MountPoint);
            bool isAbove = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (isAbove && point.Length >= found.Point.Length) found = (System.Text.Encoding.UTF8.GetString(mount.FileSystem), point);
        }
        return found;
    }

    public override string ToString() => $"{Path} ({FileSystem})";
}
