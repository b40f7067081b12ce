using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Words;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Entry;

/// <summary>Invoke-ContainerCommand: runs a program in running containers; docker exec.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ContainerCommand")]
[OutputType(typeof(string))]
public sealed class InvokeContainerCommandCommand : CommandWordsCmdlet, IDisposable
{
    private readonly List<Container> _containers = [];
    private EntryCommand? _command;
    private CommandPipe? _pipe;

    /// <summary>Names, ids or their beginnings, wildcards, or the objects; containers may also come from the pipeline.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>The program, a path or a name that is looked up in the container; or a command line as a script block.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public object Command { get; set; } = "";

    /// <summary>Variables beside the container's own: a hashtable, or 'NAME=value'.</summary>
    [Parameter]
    [NameValue]
    [Alias("Env")]
    public IDictionary? Environment { get; set; }

    /// <summary>Where to start; the container's own where it is not given.</summary>
    [Parameter]
    [Alias("Cwd")]
    public string? WorkingDirectory { get; set; }

    /// <summary>As whom; the container's own user where it is not given.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>Standard input of the program, where one container is named: texts are lines, bytes are bytes. Or containers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    private CommandPipe Pipe => _pipe ??= new CommandPipe(this, SetLastExitCode, IsExitCodeAnError);

    protected override void BeginProcessing()
    {
        if (!Try(Command, () => _command = ToCommand())) return;
        foreach (object wanted in Container ?? []) Try(wanted, () => _containers.AddRange(Resolve(wanted)));
        // One container takes the pipeline as its input; of several, none could have all of it.
        if (_containers is [var only])
            Try(only, () => Pipe.Begin(() => ContainerEntry.Execute(Engine, only, _command!, MyInvocation.ExpectingInput ? CommandStreams.PipesWithInput : CommandStreams.Pipes)));
    }

    protected override void ProcessRecord()
    {
        if (_command is null) return;
        if (Pipe.IsRunning) Pipe.Feed(InputObject);
        else if (Container is null) RunIn(InputObject);
    }

    protected override void EndProcessing()
    {
        Pipe.Finish();
        if (_containers.Count > 1) _containers.ForEach(Run);
    }

    protected override void StopProcessing() => Pipe.Stop();

    public void Dispose() => _pipe?.Dispose();

    // Containers by the pipeline: as objects, which may have travelled, or rows. Text is no container's name here, but input without a container.
    private void RunIn(PSObject? piped)
    {
        Container[] found = [];
        if (piped is not null && !Try(piped, () => found = NameIn(piped) is null ? [] : [.. Resolve(piped)])) return;
        if (found.Length == 0) Missing();
        foreach (Container container in found) Run(container);
    }

    private void Run(Container container) => Try(container, () =>
    {
        Pipe.Begin(() => ContainerEntry.Execute(Engine, container, _command!, CommandStreams.Pipes), container.Name);
        Pipe.Finish();
    });

    private void Missing() => WriteError(new ErrorRecord(
        new PSArgumentException(InputObject is null ? "No container is named." : $"'{InputObject}' is no container."), "ContainerMissing", ErrorCategory.InvalidArgument, InputObject));

    private EntryCommand ToCommand()
    {
        CommandWords words = Words(Command)!;
        return new EntryCommand(words.Program, words.Arguments) { Environment = NameValueAttribute.Pairs(Environment), WorkingDirectory = WorkingDirectory, User = User };
    }
}
