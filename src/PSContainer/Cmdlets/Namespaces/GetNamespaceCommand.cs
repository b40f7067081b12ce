using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel;

namespace PSContainer.Cmdlets.Namespaces;

/// <summary>Get-Namespace: lsns(8) as objects.</summary>
/// <remarks>
/// Input is gathered, and one scan made at its end: a thousand piped processes cost what one does, and a namespace that many of them
/// share comes out once.
/// </remarks>
[Cmdlet(VerbsCommon.Get, "Namespace")]
[OutputType(typeof(NamespaceInfo))]
public sealed class GetNamespaceCommand : ContainerCmdlet
{
    private readonly HashSet<ulong> ids = [];
    private readonly HashSet<int> processIds = [];
    private readonly List<ContainerWish> containers = [];
    private bool hasRejectedInput;

    /// <summary>Only these kinds.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public NamespaceType[]? Type { get; set; }

    /// <summary>The namespaces of these numbers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ulong[]? Id { get; set; }

    /// <summary>The namespaces that these processes are in.</summary>
    [Parameter]
    [Alias("PID")]
    [ValidateNotNullOrEmpty]
    public int[]? ProcessId { get; set; }

    /// <summary>The namespaces that were made for these containers: their names, wildcards, or the objects.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>A process, its number, a container, or a namespace to be looked at again.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    protected override void BeginProcessing()
    {
        ids.UnionWith(Id ?? []);
        processIds.UnionWith(ProcessId ?? []);
        foreach (var container in Container ?? [])
        {
            if (!AddContainer(PSObject.AsPSObject(container)))
                Reject(container);
        }
    }

    protected override void ProcessRecord()
    {
        if (InputObject is not null && !AddInput(InputObject))
            Reject(InputObject.BaseObject);
    }

    protected override void EndProcessing()
    {
        // "Get-Process nosuch | Get-Namespace" names nothing, which is not the same as naming no one.
        var namesAny = ids.Count > 0 || processIds.Count > 0 || containers.Count > 0;
        if (!namesAny && (MyInvocation.ExpectingInput || hasRejectedInput))
            return;

        NamespaceScan scan;
        try
        {
            scan = new NamespaceScanner().Scan(new NamespaceFilter
            {
                Types = Type ?? [],
                Ids = ids,
                ProcessIds = processIds,
                IsContainer = containers.Count == 0 ? null : IsWanted,
            }, Engine.FirstProcesses());
        }
        catch (KernelException failure)
        {
            ThrowTerminatingError(new ErrorRecord(failure, "NamespaceScanFailed", ErrorCategory.ReadError, failure.Path));
            return;
        }

        WriteObject(scan.Namespaces, enumerateCollection: true);
        WriteErrors(scan);
    }

    private bool AddInput(PSObject input)
    {
        switch (input.BaseObject)
        {
            case Process process:
                processIds.Add(process.Id);
                return true;
            case NamespaceInfo known:
                ids.Add(known.Id);
                return true;
            case string text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                Add(number);
                return true;
            case var other when TryReadNumber(other, out var number):
                Add(number);
                return true;
        }

        // The Id of a namespace, in a row or an object from elsewhere, says more than the process beside it.
        var value = input.Properties["Id"]?.Value;
        if ((TryReadNumber(value, out var id) || (value is string digits && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out id)))
            && id is > int.MaxValue and <= uint.MaxValue)
        {
            ids.Add(id);
            return true;
        }

        foreach (var name in (ReadOnlySpan<string>)["ProcessId", "Id"])
        {
            if (TryReadNumber(input.Properties[name]?.Value, out var number))
            {
                Add(number);
                return true;
            }
        }

        return AddContainer(input);
    }

    /// <summary>A number says by itself what it is: no process has one as high as a namespace's (<see cref="NamespaceInfo.Id"/>).</summary>
    private void Add(ulong number)
    {
        if (number > int.MaxValue)
            ids.Add(number);
        else
            processIds.Add((int)number);
    }

    private bool AddContainer(PSObject container)
    {
        var name = container.BaseObject as string ?? PipedObject.Text(container, "ContainerName")
            ?? (PipedObject.IsOrRow(container, typeof(Engine.Containers.Container)) ? PipedObject.Text(container, "Name") : null);
        if (string.IsNullOrEmpty(name))
            return false;
        // A name taken from an object is meant as it is written.
        var isPattern = container.BaseObject is string && WildcardPattern.ContainsWildcardCharacters(name);
        containers.Add(new ContainerWish(name, isPattern ? new WildcardPattern(name, WildcardOptions.IgnoreCase) : null));
        return true;
    }

    private bool IsWanted(string name)
    {
        var wanted = false;
        foreach (var wish in containers)
            wanted |= wish.Matches(name);
        return wanted;
    }

    private void WriteErrors(NamespaceScan scan)
    {
        foreach (var id in scan.MissingIds)
            Write("NamespaceNotFound", ErrorCategory.ObjectNotFound, id, $"No namespace{OfTypes()} has the number {id}.");
        foreach (var pid in scan.MissingProcessIds)
            Write("NamespaceProcessNotFound", ErrorCategory.ObjectNotFound, pid, $"There is no process {pid}: it has ended, or never was.");
        foreach (var pid in scan.DeniedProcessIds)
        {
            Write("NamespaceProcessDenied", ErrorCategory.PermissionDenied, pid, $"The namespaces of process {pid} may not be read.",
                "Run as its user, as root, or with the capability CAP_SYS_PTRACE.");
        }

        foreach (var wish in containers.Where(wish => wish is { Pattern: null, WasFound: false }))
        {
            Write("NamespaceContainerNotFound", ErrorCategory.ObjectNotFound, wish.Name,
                $"No running container '{wish.Name}' has a namespace{OfTypes()} of its own.");
        }
    }

    private string OfTypes() => Type is null ? "" : $" of type {string.Join(" or ", Type.Select(NamespaceTypes.TextOf))}";

    private void Reject(object? input)
    {
        hasRejectedInput = true;
        Write("NamespaceInputNotUnderstood", ErrorCategory.InvalidArgument, input,
            $"'{input}' is neither a process, nor a container, nor a namespace.");
    }

    private void Write(string id, ErrorCategory category, object? target, string message, string? advice = null)
    {
        var record = new ErrorRecord(new ItemNotFoundException(message), id, category, target);
        if (advice is not null)
            record.ErrorDetails = new ErrorDetails(message) { RecommendedAction = advice };
        WriteError(record);
    }

    /// <summary>Numbers only: an Id that is a text is a container's, even where all its digits are decimal.</summary>
    private static bool TryReadNumber(object? value, out ulong number)
    {
        value = value is PSObject wrapped ? wrapped.BaseObject : value;
        number = 0;
        return value is int or long or uint or ulong or short or ushort or byte or sbyte && LanguagePrimitives.TryConvertTo(value, out number);
    }

    /// <summary>One container that was asked for, and whether a namespace of it came by.</summary>
    private sealed class ContainerWish(string name, WildcardPattern? pattern)
    {
        public string Name => name;

        public WildcardPattern? Pattern => pattern;

        public bool WasFound { get; private set; }

        public bool Matches(string candidate)
        {
            var matches = pattern?.IsMatch(candidate) ?? string.Equals(name, candidate, StringComparison.Ordinal);
            WasFound |= matches;
            return matches;
        }
    }
}
