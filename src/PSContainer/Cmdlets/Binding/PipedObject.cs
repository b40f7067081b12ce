using System.Management.Automation;
using PSContainer.Engine;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Binding;

/// <summary>
/// What names a container, an image or a network in an object that came through the pipeline. An object that has travelled (Start-Job, Import-Clixml, a remote
/// session), a selection of its properties, a row of Import-Csv and what ConvertFrom-Json gives are as good as the object. Anything else that happens to have a
/// Name or an Id is not: Get-Process | Remove-Container must not remove a container called "sh".
/// </summary>
internal static class PipedObject
{
    private static readonly string[] Prefixes = ["Deserialized.", "Selected.", "CSV:"];

    /// <summary>The object's type, or that of the object that it once was; null for a row, which says nothing of it.</summary>
    public static string? TypeOf(PSObject piped)
    {
        if (piped.BaseObject is not PSCustomObject) return piped.BaseObject.GetType().FullName;
        ReadOnlySpan<char> name = piped.TypeNames.FirstOrDefault("");
        for (bool cut = true; cut;)
        {
            cut = false;
            foreach (string prefix in Prefixes)
            {
                if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
                name = name[prefix.Length..];
                cut = true;
            }
        }
        // Behind the number sign stands which table it is shown in (ContainerTable).
        if (name.IndexOf('#') is >= 0 and var mark) name = name[..mark];
        return name.Length == 0 || name.SequenceEqual(typeof(PSCustomObject).FullName) || name.SequenceEqual("System.Object") ? null : name.ToString();
    }

    /// <summary>Whether the object is, or was, of one of these types; a row may be any.</summary>
    public static bool IsOrRow(PSObject piped, params ReadOnlySpan<Type> types)
    {
        if (TypeOf(piped) is not { } name) return true;
        foreach (Type type in types)
            if (type.FullName == name) return true;
        return false;
    }

    /// <summary>The first of these properties that says something.</summary>
    public static string? Text(PSObject piped, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (piped.Properties[name]?.Value?.ToString() is { Length: > 0 } text) return text;
        return null;
    }

    /// <summary>The Id of a container or an image: hexadecimal, and no number, as a process has one; null where there is none.</summary>
    /// <exception cref="EngineException">The id of the given kind of error: the object's Id is something else's.</exception>
    public static string? IdOf(PSObject piped, string errorId, string kind)
    {
        if (Text(piped, "Id") is not { } id) return null;
        ReadOnlySpan<char> digits = id.AsSpan(id.StartsWith("sha256:", StringComparison.Ordinal) ? "sha256:".Length : 0);
        const int surely = 12;
        bool isOurs = digits.Length > 0 && digits.IndexOfAnyExcept("0123456789abcdefABCDEF") < 0 && (digits.Length >= surely || digits.IndexOfAnyExceptInRange('0', '9') >= 0);
        return isOurs ? id : throw new EngineException(errorId, Reason.InvalidInput, $"{Shown(piped)} is no {kind}: its Id, '{Printable.Of(id)}', is none of a {kind}.", $"Pipe {kind}s, their names, or objects with the Name of one alone.");
    }

    /// <summary>Nothing in the object names one.</summary>
    public static EngineException Foreign(PSObject piped, string errorId, string kind)
        => new(errorId, Reason.InvalidInput, $"{Shown(piped)} is no {kind}.", $"Pipe {kind}s, their names, or rows with a Name or an Id.");

    /// <summary>Text and numbers are what they say; everything else has to name what is meant.</summary>
    public static bool IsWord(object plain) => plain is string or char || plain.GetType().IsPrimitive;

    private static string Shown(PSObject piped) => $"'{Printable.Of(piped.ToString())}'" + (TypeOf(piped) is { } type ? $" ({type})" : "");
}
