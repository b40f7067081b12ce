using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Builds;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Images;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Registry;

namespace PSContainer.Cmdlets.Images;

/// <summary>Build-ContainerImage: builds an image as a Containerfile says; docker build.</summary>
[Cmdlet("Build", "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class BuildContainerImageCommand : ImageCmdlet
{
    /// <summary>The context: the folder that files are copied from.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "Context")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>The Containerfile, if it is not the context's own Containerfile or Dockerfile.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? File { get; set; }

    /// <summary>What the image is to be called: app, app:1.0, registry/team/app:1.0.</summary>
    [Parameter(Position = 1)]
    [Alias("Tag")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Values of the file's ARGs: a hashtable, or 'NAME=value'.</summary>
    [Parameter]
    [NameValue]
    public IDictionary? BuildArgument { get; set; }

    /// <summary>The stage to stop at.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public string? Target { get; set; }

    /// <summary>Every step is done anew.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>The images that it builds upon are asked for at their registry even if they are here.</summary>
    [Parameter]
    public SwitchParameter Pull { get; set; }

    [Parameter]
    [NameValue]
    public IDictionary? Label { get; set; }

    /// <summary>What RUN is on: Bridge, Host, None, or a network's name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkChoiceCompleter))]
    public string Network { get; set; } = ContainerNetwork.DefaultName;

    /// <summary>Bytes of memory that each RUN may use.</summary>
    [Parameter]
    [ByteSize]
    public long? Memory { get; set; }

    protected override void ProcessRecord() => Try(Path, () =>
    {
        BuildRequest request = Request();
        bool wanted = ShouldProcess($"Build an image from '{Path}'", $"Build an image from '{Path}'?", MyInvocation.MyCommand.Name, out ShouldProcessReason reason);
        if (reason == ShouldProcessReason.WhatIf) new ImageBuild(Engine, null, BuildDisplay.Plan(Print)).Describe(request, Stopped);
        if (!wanted) return;
        using var display = new BuildDisplay(this);
        try
        {
            var build = new ImageBuild(Engine, new ImageSource(Store, new RegistryOptions()), display.Report);
            WriteObject(View([build.Run(request, Stopped)]), enumerateCollection: true);
        }
        catch (OperationCanceledException) when (Stopped.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    });

    private BuildRequest Request()
    {
        IReadOnlyDictionary<string, string> arguments = NameValueAttribute.Pairs(BuildArgument);
        return new BuildRequest(BuildContext.Open(GetUnresolvedProviderPathFromPSPath(Path), File is null ? null : GetUnresolvedProviderPathFromPSPath(File)))
        {
            Names = [.. Name.Select(ImageReference.ParseName)], Arguments = arguments, Labels = NameValueAttribute.Pairs(Label), Target = Target, NoCache = NoCache, Pull = Pull,
            Network = Network, Limit = new ContainerLimit { Memory = Memory }, Epoch = BuildRequest.ParseEpoch(arguments),
        };
    }
}
