using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;

namespace PSContainer.Cmdlets.Containers;

/// <summary>New-Container: makes a container and starts it; docker run -d, or docker create with -NoStart.</summary>
[Cmdlet(VerbsCommon.New, "Container", SupportsShouldProcess = true, DefaultParameterSetName = ImageSet)]
[OutputType(typeof(Container))]
public sealed class NewContainerCommand : ContainerParameters
{
    /// <summary>A name, or several, for a container each; one is made up where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string[]? Name { get; set; }

    /// <summary>The image that is the root: its name with its tag, or its id; this machine's own root where no root is given.</summary>
    [Parameter(Position = 1, ParameterSetName = ImageSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>The program, PID 1, or a command line as a script block; where it is not given, the image's, and without an image an idle init that keeps the container up.</summary>
    [Parameter(Position = 2, ParameterSetName = ImageSet)]
    [Parameter(Position = 1, ParameterSetName = HostRootSet)]
    [Parameter(Position = 1, ParameterSetName = RootFsSet)]
    public object? Command { get; set; }

    /// <summary>The idle init in place of the image's program.</summary>
    [Parameter]
    public SwitchParameter Idle { get; set; }

    /// <summary>Make it, but do not start it.</summary>
    [Parameter]
    public SwitchParameter NoStart { get; set; }

    /// <summary>Remove it as soon as it ends.</summary>
    [Parameter]
    [Alias("Rm")]
    public SwitchParameter AutoRemove { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string? name in (string?[]?)Name ?? [null]) Try(name, () => Make(name));
    }

    private void Make(string? name)
    {
        ContainerSpec spec = ToSpec(name, Image, Command, Idle, AutoRemove);
        bool wanted = ShouldProcess(name is null ? "a new container" : $"Container '{name}'", NoStart ? "Create" : "Create and start", out ShouldProcessReason reason);
        if (reason == ShouldProcessReason.WhatIf) Engine.Describe(spec, Print);
        if (!wanted) return;
        if (IsVerbose) Engine.Describe(spec, WriteVerbose);
        WriteContainers([Engine.Create(spec, start: !NoStart)]);
    }

    private bool ShouldProcess(string target, string action, out ShouldProcessReason reason)
        => base.ShouldProcess($"{action}: {target}", $"{action}: {target}?", action, out reason);
}
