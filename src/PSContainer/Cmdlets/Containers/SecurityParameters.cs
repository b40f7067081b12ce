using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Words;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.State;

namespace PSContainer.Cmdlets.Containers;

/// <summary>What New-Container and Invoke-Container ask about the wall.</summary>
public abstract class SecurityParameters : CommandWordsCmdlet
{
    /// <summary>Every capability and every device, no filter of system calls, nothing masked: no wall at all.</summary>
    [Parameter]
    public SwitchParameter Privileged { get; set; }

    /// <summary>Capabilities beside the default ones: NET_ADMIN, CAP_SYS_PTRACE, ALL.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] CapAdd { get; set; } = [];

    /// <summary>Default capabilities that it shall not have; ALL for none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] CapDrop { get; set; } = [];

    /// <summary>seccomp=FILE|unconfined|default, no-new-privileges=true|false, apparmor=NAME, label=…, mask=/path, unmask=/path|ALL.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecurityOptionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SecurityOption { get; set; } = [];

    /// <summary>Devices of this machine: /dev/fuse, /dev/ttyS*, /dev/sda:/dev/disk:r.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Device { get; set; } = [];

    /// <summary>What it may do with devices of which it has no node yet: 'c 1:3 rwm'.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DeviceCgroupRule { get; set; } = [];

    /// <summary>Kernel settings of its own namespaces: a hashtable, or 'name=value'.</summary>
    [Parameter]
    [NameValue]
    public IDictionary? Sysctl { get; set; }

    /// <summary>Limits of each process: nofile=1024:2048, core=0.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UlimitCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Ulimit { get; set; } = [];

    /// <summary>More groups for its user: numbers, or names that its root knows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] GroupAdd { get; set; } = [];

    /// <summary>Auto: ids outside that no other container has. Host: this machine's own. Or ranges: 0:100000:65536.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UserNamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? UserNamespace { get; set; }

    /// <summary>Who its users are outside; where nothing is said, as the storage's settings have it.</summary>
    protected UserNamespaceWish ToUsers() => UserNamespaceWish.Parse(UserNamespace ?? StorageSettings.Of(Engine.Store.Root).UserNamespace ?? UserNamespaceWish.HostWord);

    /// <summary>The parameters as a wish.</summary>
    protected SecuritySpec ToSecurity() => new()
    {
        Privileged = Privileged,
        CapAdd = CapAdd,
        CapDrop = CapDrop,
        Options = SecurityOptions.Parse(SecurityOption, GetUnresolvedProviderPathFromPSPath),
        Devices = Device,
        DeviceRules = DeviceCgroupRule,
        Sysctls = NameValueAttribute.Pairs(Sysctl),
        Ulimits = Ulimit,
        Groups = GroupAdd,
    };
}
