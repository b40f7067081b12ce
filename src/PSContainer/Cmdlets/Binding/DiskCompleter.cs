using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Whole disks, which alone can be limited: what stands in /sys/block, with the colon that the amount follows.</summary>
public sealed class DiskCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (!Directory.Exists("/sys/block")) return [];
        string typed = wordToComplete.Trim('\'', '"');
        return Directory.EnumerateFileSystemEntries("/sys/block").Select(disk => "/dev/" + Path.GetFileName(disk)).Order(StringComparer.Ordinal)
            .Where(disk => disk.StartsWith(typed, StringComparison.Ordinal) || Path.GetFileName(disk).StartsWith(typed, StringComparison.Ordinal))
            .Select(disk => new CompletionResult(disk + ":", disk, CompletionResultType.ParameterValue, disk + ":10mb"));
    }
}
