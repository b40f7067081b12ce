using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Export-Container: a container's whole root as one tar; docker export.</summary>
[Cmdlet(VerbsData.Export, "Container", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportContainerCommand : ContainerCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>A name, an id or its beginning, or the object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object Container { get; set; } = "";

    /// <summary>The archive; in a folder that is there, it is called after the container.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Don't write over an archive that is there.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Return the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void ProcessRecord() => Try(Container, () =>
    {
        Container container = ResolveOne(Container);
        string path = GetUnresolvedProviderPathFromPSPath(Path);
        if (Directory.Exists(path)) path = System.IO.Path.Combine(path, container.Name + ".tar");
        if (NoClobber && File.Exists(path)) throw new EngineException("FileExists", Reason.AlreadyExists, $"There is '{path}' already.", "Choose another path, or leave out -NoClobber.");
        if (!ShouldProcess(path, $"Export {container.Name}")) return;
        Engine.Export(container, path, _stopped.Token);
        if (PassThru) WriteObject(new FileInfo(path));
    });
}
