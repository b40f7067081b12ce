using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers.Wishes;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Invoke-Container: runs one program in a new container and removes it; docker run --rm.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Container", SupportsShouldProcess = true, DefaultParameterSetName = ImageSet)]
[OutputType(typeof(string))]
public sealed class InvokeContainerCommand : ContainerParameters, IDisposable
{
    private CommandPipe? _pipe;

    /// <summary>The image that is the root: its name with its tag, or its id.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ImageSet)]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>The program, a path or a name that is looked up in the container, or a command line as a script block; the image's own program where it is not given.</summary>
    [Parameter(Position = 1, ParameterSetName = ImageSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = HostRootSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RootFsSet)]
    [ValidateNotNullOrEmpty]
    public object? Command { get; set; }

    /// <summary>A name; one is made up where it is not given.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Standard input: texts are lines, bytes are bytes.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    private CommandPipe Pipe => _pipe ??= new CommandPipe(this, SetLastExitCode, IsExitCodeAnError);

    protected override void BeginProcessing() => Try(Name ?? Image ?? Command, () =>
    {
        ContainerSpec spec = ToSpec(Name, Image, Command, idle: false, autoRemove: true);
        if (spec.Command is null)
            throw new EngineException("CommandMissing", Reason.InvalidInput, $"The image '{Image}' names no command.", "Name one with -Command.");
        bool wanted = ShouldProcess($"Run '{spec.Command}' in a new container", $"Run '{spec.Command}' in a new container?", "Invoke-Container", out ShouldProcessReason reason);
        if (reason == ShouldProcessReason.WhatIf) Engine.Describe(spec, Print);
        if (!wanted) return;
        if (IsVerbose) Engine.Describe(spec, WriteVerbose);
        Pipe.Begin(() => Engine.Run(spec, MyInvocation.ExpectingInput ? CommandStreams.PipesWithInput : CommandStreams.Pipes));
    });

    protected override void ProcessRecord() => Pipe.Feed(InputObject);

    protected override void EndProcessing() => Pipe.Finish();

    protected override void StopProcessing()
    {
        base.StopProcessing();
        Pipe.Stop();
    }

    public void Dispose() => _pipe?.Dispose();
}
