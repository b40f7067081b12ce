using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Roots;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Cmdlets.Binding;

/// <summary>'os1:', and behind it paths in the container while it runs; beside these, this machine's own files.</summary>
public sealed class ContainerPathCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        try
        {
            ContainerEngine engine = ContainerCmdlet.NewEngine();
            int colon = begun.IndexOf(':');
            if (colon > 0 && !begun[..colon].Contains('/') && engine.Store.IdOfName(begun[..colon]) is not null) return Inside(engine, begun[..colon], begun[(colon + 1)..]);
            return [.. engine.Store.AllNames().Where(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)).Select(name => Result(name + ":")), .. CompletionCompleters.CompleteFilename(wordToComplete)];
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            // A completion has nowhere to tell of a failure.
            return [];
        }
    }

    private static CompletionResult[] Inside(ContainerEngine engine, string container, string path)
    {
        // One that does not run would have to be put together first.
        if (engine.Get(container) is not { Pid: not null } running) return [];
        string folder = path[..(path.LastIndexOf('/') + 1)], leaf = path[folder.Length..];
        using RootView root = engine.OpenRoot(running);
        int descriptor = FolderCalls.OpenInRoot(root.Descriptor, "/" + folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (descriptor < 0) return [];
        try
        {
            return [.. FolderListing.Read(descriptor).Where(name => name.ToString().StartsWith(leaf, StringComparison.Ordinal)).Order()
                .Select(name => Result($"{container}:{(folder.Length == 0 ? "/" : folder)}{name}{(FileStatus.TryOf(descriptor, name) is { Kind: FileKind.Directory } ? "/" : "")}"))];
        }
        finally
        {
            Files.Close(descriptor);
        }
    }

    private static CompletionResult Result(string text)
    {
        string quoted = text.AsSpan().ContainsAny(" '\"$`;&|(){}<>@#,") ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;
        return new CompletionResult(quoted, text, CompletionResultType.ParameterValue, text);
    }
}
