using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Words;
using PSContainer.Engine;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Namespaces;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Cmdlets.Entry;

/// <summary>Enter-ContainerNamespace: a shell or a command in namespaces of a process or a container; nsenter, docker exec -it.</summary>
[Cmdlet(VerbsCommon.Enter, "ContainerNamespace", DefaultParameterSetName = ContainerSet)]
[OutputType(typeof(string))]
public sealed class EnterContainerNamespaceCommand : CommandWordsCmdlet, IDisposable
{
    private const string ContainerSet = "Container", ProcessSet = "Process";

    private CommandPipe? _pipe;

    /// <summary>A container's name, its id or the beginning of one, or the object.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ContainerSet, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object? Container { get; set; }

    /// <summary>The number of any process of this machine.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProcessSet, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <summary>Only these namespaces, with this machine's own tools for the rest; all where it is not given.</summary>
    [Parameter]
    public NamespaceType[]? Type { get; set; }

    /// <summary>A program, or a command line as a script block; an interactive shell where it is not given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public object? Command { get; set; }

    /// <summary>Give the command this terminal, for programs that draw on it.</summary>
    [Parameter]
    [Alias("Tty")]
    public SwitchParameter Interactive { get; set; }

    private CommandPipe Pipe => _pipe ??= new CommandPipe(this, SetLastExitCode, IsExitCodeAnError);

    protected override void StopProcessing() => Pipe.Stop();

    public void Dispose() => _pipe?.Dispose();

    protected override void ProcessRecord()
    {
        int? pid = ParameterSetName == ProcessSet ? ProcessId : ProcessIn(Container!);
        Try(pid ?? Container, () =>
        {
            CommandWords? words = Words(Command);
            CommandStreams streams = Streams(words);
            Pipe.Begin(() => pid is { } number ? EnterProcess(Identify(number), words, streams) : EnterContainer(ResolveOne(Container!), words, streams));
            Pipe.Finish();
        });
    }

    // Any object binds to -Container from the pipeline: a process is known by a number where a container has its id, a text.
    private static int? ProcessIn(object wanted)
    {
        PSObject whole = PSObject.AsPSObject(wanted);
        if (whole.BaseObject is string || PipedObject.TypeOf(whole) == typeof(PSContainer.Engine.Containers.Container).FullName) return null;
        return new[] { "ProcessId", "PID", "Id" }.Select(name => whole.Properties[name]?.Value).OfType<int>().Cast<int?>().FirstOrDefault();
    }

    private CommandProcess EnterContainer(Container container, CommandWords? words, CommandStreams streams)
    {
        if (Type is null) return ContainerEntry.Execute(Engine, container, Wanted(words, EntryCommand.Shell), streams);
        if (container.Pid is not { } pid)
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' is {container.Status.ToString().ToLowerInvariant()}, and has no namespaces.", "Start it first (Start-Container).");
        return EnterProcess(new ProcessIdentity(pid, container.PidStartTime!.Value), words, streams);
    }

    private CommandProcess EnterProcess(ProcessIdentity target, CommandWords? words, CommandStreams streams)
    {
        string shell = System.Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } own && Type is not null ? own : "/bin/sh";
        return ContainerEntry.Enter(Engine, target, Type is null ? null : [.. Type.Select(NamespaceTypes.TextOf)], Wanted(words, new EntryCommand(shell, [])), streams);
    }

    private static EntryCommand Wanted(CommandWords? words, EntryCommand shell) => words is null ? shell : new EntryCommand(words.Program, words.Arguments);

    private static ProcessIdentity Identify(int pid) => ProcessIdentity.Of(pid) ?? throw TargetNamespaces.NotFound(pid);

    private CommandStreams Streams(CommandWords? words)
    {
        const int input = 0, output = 1;
        bool isTyped = Files.IsTerminal(input) && Files.IsTerminal(output) && !MyInvocation.ExpectingInput && MyInvocation.PipelinePosition == MyInvocation.PipelineLength;
        if (words is not null && !Interactive) return isTyped && IsShell(words) ? CommandStreams.Terminal : CommandStreams.Pipes;
        return Files.IsTerminal(input) ? CommandStreams.Terminal
            : throw new EngineException("TerminalMissing", Reason.WrongState, "A shell needs a terminal, and there is none here.", "Name what to run with -Command.");
    }

    // A shell that is given nothing to do is one to work in: with pipes for a terminal it would end at once.
    private static bool IsShell(CommandWords words)
        => words.Arguments.Count == 0 && Path.GetFileName(words.Program) is ("sh" or "bash" or "dash" or "ash" or "zsh" or "ksh" or "fish" or "pwsh");
}
