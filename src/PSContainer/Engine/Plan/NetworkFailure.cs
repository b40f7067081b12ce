using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>What the kernel says against a link, an address or a route, told so that somebody can act on it.</summary>
internal static class NetworkFailure
{
    /// <param name="failure">The call (RTM_NEWLINK), its error, and what it was about.</param>
    /// <param name="why">What it was for.</param>
    public static EngineException Explain(KernelException failure, string why) => failure.Errno switch
    {
        Errno.EPERM or Errno.EACCES => new("PermissionDenied", Reason.NoPermission, $"{failure.Call} was not permitted: {why}.",
            "Run as root (sudo pwsh): networks need CAP_NET_ADMIN. Without it: -Network None or Host.", failure),
        Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT or Errno.ENOSYS or Errno.EPROTO => new("NetworkNotSupported", Reason.NotSupported,
            $"This kernel can't do it: {failure.Message} ({why}).",
            "Load its modules (modprobe bridge veth), or start the container with -Network None.", failure),
        Errno.EEXIST => new("LinkNameTaken", Reason.AlreadyExists, $"There is a link or a route '{failure.Path}' already, and it is not of this network ({why}).",
            "'ip link' and 'ip route' show whose it is; remove it, or choose another subnet.", failure),
        Errno.ENOMEM or Errno.ENOBUFS or Errno.EXFULL or Errno.ENOSPC or Errno.EMFILE or Errno.ENFILE => new("ResourcesExhausted", Reason.Exhausted,
            $"{failure.Message} ({why}).", "A bridge takes 1,023 containers; use another network, or remove some.", failure),
        _ => new("NetworkFailed", Reason.Failed, $"{failure.Message} ({why}).", "Try again; -Network None starts it without a network.", failure),
    };
}
