using PSContainer.Kernel.Proc;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>
/// ioctl_ns(2): how namespaces hang together. Each call takes a descriptor of a namespace, and answers "no" where there
/// is none, or where the caller may not know of it because it lies outside of its own user namespace.
/// </summary>
public static unsafe class NamespaceCalls
{
    // _IO(0xb7, n): no direction and no size, hence the same number on every architecture.
    private const int RequestUserNamespace = 0xb701;
    private const int RequestParent = 0xb702;
    private const int RequestType = 0xb703;
    private const int RequestOwnerUid = 0xb704;

    /// <summary>The user namespace that owns this one; closed where the caller's may not see it (EPERM).</summary>
    public static ProcEntry OpenOwner(int descriptor)
        => new(LibC.ioctl(descriptor, RequestUserNamespace));

    /// <summary>
    /// The parent of a user or pid namespace; closed for the first of all, for one outside of the caller's (both EPERM), and for the
    /// kinds that have no parent (EINVAL).
    /// </summary>
    public static ProcEntry OpenParent(int descriptor)
        => new(LibC.ioctl(descriptor, RequestParent));

    /// <summary>The kind, as its CLONE_NEW* flag; 0 where the descriptor is not a namespace's.</summary>
    public static int ReadCloneFlag(int descriptor)
        => Math.Max(0, LibC.ioctl(descriptor, RequestType));

    /// <summary>The user, in the caller's user namespace, that made a user namespace; false for every other kind.</summary>
    public static bool TryReadOwnerUid(int descriptor, out uint uid)
    {
        uint value = 0;
        var done = LibC.ioctl(descriptor, RequestOwnerUid, &value) == 0;
        uid = value;
        return done;
    }
}
