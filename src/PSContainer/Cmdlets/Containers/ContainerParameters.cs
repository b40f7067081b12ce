using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Words;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Registry;

namespace PSContainer.Cmdlets.Containers;

/// <summary>What New-Container and Invoke-Container ask alike.</summary>
public abstract class ContainerParameters : SecurityParameters
{
    protected const string ImageSet = "Image", HostRootSet = "HostRoot", RootFsSet = "RootFs";

    private readonly CancellationTokenSource _stopped = new();

    /// <summary>This machine's own root under a throwaway layer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HostRootSet)]
    public SwitchParameter HostRoot { get; set; }

    /// <summary>A folder as the root, under a throwaway layer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RootFsSet)]
    [ValidateNotNullOrEmpty]
    public string? RootFs { get; set; }

    /// <summary>When the image is asked for at its registry: where it is missing here, always, or never.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    public PullPolicy Pull { get; set; }

    /// <summary>In place of the image's own entrypoint; an empty text for none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string[]? Entrypoint { get; set; }

    /// <summary>Environment variables: a hashtable, or 'NAME=value'.</summary>
    [Parameter]
    [NameValue]
    [Alias("Env")]
    public IDictionary? Environment { get; set; }

    [Parameter]
    [Alias("Cwd")]
    public string? WorkingDirectory { get; set; }

    /// <summary>A name, name:group, or numbers; names are looked up in the container's root.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The host name inside; the short id where it is not given.</summary>
    [Parameter]
    public string? Hostname { get; set; }

    /// <summary>Bytes of memory: 40MB, "40M"; beyond it something in the container is killed.</summary>
    [Parameter]
    [ByteSize]
    public long? Memory { get; set; }

    /// <summary>Processors' worth of time: 1.5.</summary>
    [Parameter]
    public double? Cpus { get; set; }

    /// <summary>Processes and threads; 2048 where it is not given, -1 for no limit.</summary>
    [Parameter]
    public long? PidsLimit { get; set; }

    /// <summary>Which processors: "0-1,3".</summary>
    [Parameter]
    public string? CpusetCpus { get; set; }

    /// <summary>Folders or files of this machine: /source:/destination, /source:/destination:ro, /source:/destination:idmap.</summary>
    [Parameter]
    public string[] Volume { get; set; } = [];

    /// <summary>Places for an empty file system in memory: /tmp, /tmp:size=64m.</summary>
    [Parameter]
    public string[] Tmpfs { get; set; } = [];

    /// <summary>The root can't be written.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Bridge: the network of all that name none. Host: this machine's own. None: loopback alone. A network's name, or container:NAME.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkChoiceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Network { get; set; } = "Bridge";

    /// <summary>The address on that network; the lowest that is free where it is not given.</summary>
    [Parameter]
    [Alias("IP")]
    public string? IPAddress { get; set; }

    [Parameter]
    [Alias("IP6")]
    public string? IPv6Address { get; set; }

    /// <summary>Six bytes, as in 02:42:ac:11:00:05; made from the address where it is not given.</summary>
    [Parameter]
    public string? MacAddress { get; set; }

    /// <summary>More names by which the others on that network find it.</summary>
    [Parameter]
    public string[] NetworkAlias { get; set; } = [];

    /// <summary>Addresses of DNS servers, in place of this machine's.</summary>
    [Parameter]
    [Alias("Dns")]
    public string[] DnsServer { get; set; } = [];

    /// <summary>Domains in which names are looked up, in place of this machine's; '.' for none.</summary>
    [Parameter]
    public string[] DnsSearch { get; set; } = [];

    /// <summary>More entries for its hosts file: name:address, name:host-gateway.</summary>
    [Parameter]
    public string[] AddHost { get; set; } = [];

    /// <summary>Ports of this machine that lead to it: 8080:80, 127.0.0.1:8080:80/tcp, 8080-8090:80-90/udp, :80 for a free one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Publish { get; set; } = [];

    /// <summary>Ports that it listens on, for -PublishAll: 80, 53/udp.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Expose { get; set; } = [];

    /// <summary>Publishes every port that it exposes on a free port of this machine.</summary>
    [Parameter]
    public SwitchParameter PublishAll { get; set; }

    /// <summary>Labels: a hashtable, or 'name=value'.</summary>
    [Parameter]
    [NameValue]
    public IDictionary? Label { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    /// <summary>-Verbose was asked for here: the plan is worth making only then.</summary>
    protected bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? verbose) && verbose is SwitchParameter { IsPresent: true };

    /// <summary>The parameters as a wish.</summary>
    /// <param name="idle">The idle init, whatever the image has.</param>
    protected ContainerSpec ToSpec(string? name, string? image, object? command, bool idle, bool autoRemove)
    {
        CommandWords? words = Words(command);
        var spec = new ContainerSpec
        {
            Name = name,
            Command = words?.Program,
            Entrypoint = Entrypoint,
            Idle = idle,
            Arguments = words?.Arguments ?? ArgumentList,
            Environment = NameValueAttribute.Pairs(Environment),
            WorkingDirectory = WorkingDirectory,
            User = User,
            Hostname = Hostname,
            Limit = new ContainerLimit { Memory = Memory, Cpus = Cpus, PidsLimit = PidsLimit, CpusetCpus = CpusetCpus },
            Volumes = [.. Volume.Select(volume => VolumeSpec.Parse(Localise(volume)))],
            Tmpfs = Tmpfs,
            ReadOnly = ReadOnly,
            Security = ToSecurity(),
            Users = ToUsers(),
            Network = new NetworkWish
            {
                Network = Network, IPAddress = IPAddress, IPv6Address = IPv6Address, MacAddress = MacAddress, Aliases = NetworkAlias,
                DnsServers = DnsServer, DnsSearch = DnsSearch, ExtraHosts = AddHost,
            },
            Ports = PortWish.ParseAll(Publish),
            ExposedPorts = [.. Expose.SelectMany(PortWish.ParseExposed)],
            PublishAll = PublishAll,
            Labels = NameValueAttribute.Pairs(Label),
            AutoRemove = autoRemove,
            RootFs = RootFs is null ? null : GetUnresolvedProviderPathFromPSPath(RootFs),
        };
        return (image is null ? spec : ImageDefaults.Apply(spec, Bring(image))).Validate();
    }

    private StoredImage Bring(string image)
    {
        // What is only looked at brings nothing in.
        bool isWhatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf) && whatIf is SwitchParameter { IsPresent: true };
        PullPolicy policy = isWhatIf ? PullPolicy.Never : Pull;
        using var bars = new LayerBars(this, $"Request {image}");
        return bars.Watch((progress, stopped) => new ImageSource(Engine.Images, new RegistryOptions()).GetOrPull(image, policy, progress, stopped), _stopped.Token);
    }

    // "./data:/data" is meant from where PowerShell stands, which is not where the process stands.
    private string Localise(string volume)
    {
        int colon = volume.IndexOf(':');
        return colon <= 0 || volume[0] == '/' ? volume : GetUnresolvedProviderPathFromPSPath(volume[..colon]) + volume[colon..];
    }
}
