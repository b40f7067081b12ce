using PSContainer.Engine.Records;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using Range = PSContainer.Engine.Containers.Users.SubordinateIds.Range;

namespace PSContainer.Engine.Containers.Users;

/// <summary>Finds a range for who wants one, and keeps others from finding the same until it is written down.</summary>
internal sealed class UserRanges : IDisposable
{
    private const string UidFile = "/etc/subuid", GidFile = "/etc/subgid", LockName = ".users";

    private readonly FileLock? _held;

    private UserRanges(UserNamespaceWish found, FileLock? held) => (Found, _held) = (found, held);

    /// <summary>The wish with its ranges.</summary>
    public UserNamespaceWish Found { get; }

    /// <param name="wish">What is asked for; only Auto costs anything.</param>
    /// <param name="root">Where the containers are that may have some already; its folder is there.</param>
    /// <param name="records">Reads them, once nobody else can add one.</param>
    /// <param name="isPreview">Nothing is written down afterwards.</param>
    /// <exception cref="EngineException">SubIdMissing, SubIdInvalid, SubIdOverlap, SubIdExhausted.</exception>
    public static UserRanges Find(UserNamespaceWish wish, StorageRoot root, Func<IReadOnlyList<ContainerRecord>> records, bool isPreview = false)
    {
        if (!wish.IsAuto) return new UserRanges(wish, null);
        IReadOnlyList<Range> uids = SubordinateIds.Of(Lines(UidFile), UidFile), gids = SubordinateIds.Of(Lines(GidFile), GidFile);
        FileLock? held = isPreview ? null : FileLock.Take(Path.Combine(root.Data, LockName));
        try
        {
            IReadOnlyList<ContainerRecord> others = records();
            return new UserRanges(wish with
            {
                IsAuto = false,
                Uids = [Free(uids, [.. others.SelectMany(record => Outside(record.Security.UidMappings))], UidFile)],
                Gids = [Free(gids, [.. others.SelectMany(record => Outside(record.Security.GidMappings))], GidFile)],
            }, held);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    public void Dispose() => _held?.Dispose();

    private static IEnumerable<string>? Lines(string file) => File.Exists(file) ? File.ReadLines(file) : null;

    private static IEnumerable<Range> Outside(IReadOnlyList<IdMapping> mappings) => mappings.Select(line => new Range(line.HostId, line.Size));

    private static IdMapping Free(IReadOnlyList<Range> ranges, IReadOnlyList<Range> taken, string file)
        => SubordinateIds.Free(ranges, taken, UserNamespaceWish.AutoSize) is { } first ? new IdMapping(0, first, UserNamespaceWish.AutoSize)
            : throw new EngineException("SubIdExhausted", Reason.Exhausted, $"No {UserNamespaceWish.AutoSize} ids in a row are left of what '{file}' sets aside for containers.", "Remove containers, or add a range there.");
}
