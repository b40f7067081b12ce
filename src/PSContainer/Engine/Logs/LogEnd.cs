using Microsoft.Win32.SafeHandles;

namespace PSContainer.Engine.Logs;

/// <summary>What the supervisor before has left unfinished in a log: it was killed, or the machine lost its power.</summary>
public static class LogEnd
{
    // Where more of one stream stands behind the last word of the other than this, that word is not looked for.
    private const int Reach = 256 << 10;

    /// <summary>The bytes that have to come first, so that the next run's lines are not taken for the rest of the last one's; mostly none.</summary>
    public static byte[] Mending(SafeFileHandle log, DateTimeOffset now)
    {
        long length = RandomAccess.GetLength(log);
        if (length == 0) return [];
        Span<byte> last = stackalloc byte[1];
        RandomAccess.Read(log, last, length - 1);
        List<byte> bytes = last[0] == (byte)'\n' ? [] : [(byte)'\n'];
        var entries = new LogBackwards(log, length);
        Span<bool> isSeen = stackalloc bool[2];
        while (isSeen.Contains(false) && entries.Next() && length - entries.Position < Reach)
        {
            if (!entries.IsWhole && !isSeen[(int)entries.Stream]) bytes.AddRange(new LogLineWriter(entries.Stream, isOpen: true).Finish(now));
            isSeen[(int)entries.Stream] = true;
        }
        return [.. bytes];
    }
}
