using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>Who the users of a running container's root are outside, where they are others there.</summary>
public sealed record RootUsers(IReadOnlyList<IdMapping> Uids, IReadOnlyList<IdMapping> Gids)
{
    /// <summary>An owner inside as the host knows it; the container's root where that one is nobody outside.</summary>
    public (uint Uid, uint Gid) Outside((uint Uid, uint Gid) owner)
        => (IdMapping.Outside(Uids, owner.Uid) ?? IdMapping.Outside(Uids, 0) ?? 0, IdMapping.Outside(Gids, owner.Gid) ?? IdMapping.Outside(Gids, 0) ?? 0);

    /// <summary>An owner outside as the container knows it; root where it is nobody inside.</summary>
    public (uint Uid, uint Gid) Inside((uint Uid, uint Gid) owner) => (IdMapping.Inside(Uids, owner.Uid) ?? 0, IdMapping.Inside(Gids, owner.Gid) ?? 0);

    /// <summary>
    /// Until it is disposed of, this thread makes files as the container's root: the kernel makes none for an owner whom the file system below can't write down, and the
    /// host's root is one.
    /// </summary>
    /// <exception cref="KernelException"/>
    public FileUser Become()
    {
        (uint uid, uint gid) = Outside((0, 0));
        return FileUser.Become(uid, gid);
    }
}
