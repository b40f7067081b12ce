using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Formats;
using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.State;

namespace PSContainer.Cmdlets.Base;

/// <summary>What every cmdlet of ours has: the engine, and one way to tell of failures.</summary>
public abstract class ContainerCmdlet : PSCmdlet
{
    private static readonly string ModuleFolder = Path.GetDirectoryName(typeof(ContainerCmdlet).Assembly.Location)!;

    private ContainerEngine? _engine;

    /// <summary>Made once a cmdlet, because $env:PSCONTAINER_ROOT may change between two.</summary>
    protected ContainerEngine Engine => _engine ??= NewEngine(WriteWarning);

    internal static ContainerEngine NewEngine(Action<string>? warn = null) => new(StorageRoot.FromEnvironment(), Path.Combine(ModuleFolder, "pscontainer")) { Warn = warn };

    /// <summary>Runs a piece of work on one object; its failure is an error about that object, and the rest go on.</summary>
    protected bool Try(object? target, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            WriteError(ErrorTable.Record(failure, target));
            return false;
        }
    }

    /// <summary>The container a user means, resolved and probed; wildcards give several, and none is no error.</summary>
    /// <exception cref="EngineException">ContainerNotFound, ContainerAmbiguous, ContainerInputNotUnderstood.</exception>
    protected IEnumerable<Container> Resolve(object wanted)
    {
        object plain = wanted is PSObject wrapped ? wrapped.BaseObject : wanted;
        if (plain is Container known) return [Engine.Get(known.Id)];
        if (!PipedObject.IsWord(plain)) return [Engine.Get(NameIn(wanted) ?? throw PipedObject.Foreign(PSObject.AsPSObject(wanted), "ContainerInputNotUnderstood", "container"))];
        string text = plain.ToString() ?? "";
        if (Wildcards(text) is not { } pattern) return [Engine.Get(text)];
        // Ids are random: without this, "Remove-Container a*" would remove one container in sixteen beside those that are meant.
        bool meansId = text.AsSpan().IndexOfAny('*', '?', '[') >= ContainerId.ShortLength;
        return Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, text)))
            .Where(record => pattern.IsMatch(record.Name) || (meansId && pattern.IsMatch(record.Id)))
            .Select(Engine.Probe);
    }

    /// <summary>The one container that a user means, where several make no sense.</summary>
    /// <exception cref="EngineException">ContainerNotFound, ContainerAmbiguous.</exception>
    protected Container ResolveOne(object wanted) => Resolve(wanted).Take(2).ToArray() switch
    {
        [var only] => only,
        [] => throw new EngineException("ContainerNotFound", Reason.NotFound, $"No container matches '{Printable(wanted)}'.", "Get-Container lists them all."),
        _ => throw new EngineException("ContainerAmbiguous", Reason.InvalidInput, $"Several containers match '{Printable(wanted)}'.", "Name one, or pipe them: Get-Container NAME* | ForEach-Object { … }."),
    };

    private static string Printable(object wanted) => PSContainer.Engine.Text.Printable.Of(wanted.ToString() ?? "");

    /// <summary>What names a container in an object: those of ours that tell of one, wherever they have been meanwhile, and rows; null where nothing does.</summary>
    /// <exception cref="EngineException">ContainerInputNotUnderstood: a row whose Id is something else's.</exception>
    protected static string? NameIn(object wanted)
    {
        PSObject whole = PSObject.AsPSObject(wanted);
        if (PipedObject.IsWord(whole.BaseObject)) return null;
        if (PipedObject.Text(whole, "ContainerId", "ContainerName") is { } named) return named;
        if (!PipedObject.IsOrRow(whole, typeof(Container), typeof(ContainerExit))) return null;
        return PipedObject.IdOf(whole, "ContainerInputNotUnderstood", "container") ?? PipedObject.Text(whole, "Name");
    }

    /// <summary>null where the text is meant as it is, or is no pattern, as "a[" is not.</summary>
    protected static WildcardPattern? Wildcards(string text)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(text)) return null;
        try
        {
            var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
            pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            return null;
        }
    }

    /// <summary>Containers that come in one table, which suits them and the terminal.</summary>
    protected void WriteContainers(IReadOnlyCollection<Container> containers)
    {
        if (containers.Count == 0) return;
        string? name = ContainerTable.NameFor(containers, ContainerTable.WidthOf(Host));
        foreach (Container container in containers) WriteObject(ContainerTable.Named(container, name));
    }

    /// <summary>Sets $LASTEXITCODE, as a native command does.</summary>
    protected void SetLastExitCode(int code) => SessionState.PSVariable.Set("global:LASTEXITCODE", code);

    /// <summary>$PSNativeCommandUseErrorActionPreference: an exit code other than 0 is an error, which $ErrorActionPreference decides about.</summary>
    protected bool IsExitCodeAnError() => LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("PSNativeCommandUseErrorActionPreference"));

    /// <summary>A line for the person at the prompt, in the stream that -WhatIf's own lines go to.</summary>
    protected void Print(string line)
        => WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
}
