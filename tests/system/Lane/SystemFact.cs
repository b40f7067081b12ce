using System.Net;
using System.Net.NetworkInformation;
using PSContainer.Engine.Cgroups.Hierarchy;

namespace PSContainer.Tests.System.Lane;

/// <summary>A fact that needs root and the executable, and what it names; reported as not run where that is missing.</summary>
public sealed class SystemFactAttribute : FactAttribute
{
    /// <param name="needs">Programs ("strace"), or "cgroup v1" or "cgroup v2" where that one holds the controllers, or "::1".</param>
    public SystemFactAttribute(params string[] needs) => Skip = Need.Missing(needs);
}

/// <inheritdoc cref="SystemFactAttribute"/>
public sealed class SystemTheoryAttribute : TheoryAttribute
{
    public SystemTheoryAttribute(params string[] needs) => Skip = Need.Missing(needs);
}

internal static class Need
{
    private static readonly Lazy<CgroupMounts> s_cgroups = new(CgroupMounts.Discover);

    public static string? Missing(string[] needs)
    {
        if (Environment.UserName != "root") return "needs root";
        if (!File.Exists(Machine.Executable)) return "needs the published executable: ./build.sh";
        return ((string[])["busybox", .. needs]).Select(MissingOne).FirstOrDefault(reason => reason is not null);
    }

    private static readonly Lazy<bool> s_powerShell = new(() => Outcome.Of(Machine.PowerShell, "-Version").Code == 0);

    private static bool HasIPv6Loopback(NetworkInterface link) => link.GetIPProperties().UnicastAddresses.Any(address => address.Address.Equals(IPAddress.IPv6Loopback));

    private static string? MissingOne(string need)
    {
        if (need is "cgroup v1" or "cgroup v2")
            return s_cgroups.Value.Layout == CgroupLayout.V2 == (need == "cgroup v2") ? null : $"needs {need}";
        if (need == "powershell") return s_powerShell.Value ? null : "needs PowerShell";
        if (need == "::1") return NetworkInterface.GetAllNetworkInterfaces().Any(HasIPv6Loopback) ? null : "needs ::1";
        return Machine.Find(need) is null ? $"needs {need}" : null;
    }
}
