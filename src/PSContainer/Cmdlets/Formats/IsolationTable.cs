using System.Management.Automation;
using PSContainer.Engine.Isolation;
using PSContainer.Engine.Namespaces;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Formats;

/// <summary>How facts look: what is shared in one colour, what is isolated in another, and a word for those who see neither. The format file calls it.</summary>
public static class IsolationTable
{
    // Below it a column of reasons would be cut to pieces; Format-List shows them.
    private const int Wide = 130;

    /// <summary>The type name for a narrow terminal; null for the table that needs none.</summary>
    /// <param name="width">Columns of the terminal; null where there is none.</param>
    public static string? NameFor(int? width) => width < Wide ? typeof(IsolationFact).FullName + "#Narrow" : null;

    /// <summary>The fact under that name.</summary>
    public static PSObject Named(IsolationFact fact, string name)
    {
        var shown = new PSObject(fact);
        shown.TypeNames.Insert(0, name);
        return shown;
    }

    /// <summary>"os1 (process 4204) beside this machine".</summary>
    public static string Heading(IsolationFact fact) => $"{Printable.Of(fact.Target)} (process {fact.ProcessId}) beside {Printable.Of(fact.Against)}";

    /// <summary>"Hostname"; of a namespace its kind as well.</summary>
    public static string Aspect(IsolationFact fact)
        => fact.Aspect == IsolationAspect.Namespace && fact.NamespaceType is { } type ? $"Namespace {NamespaceTypes.TextOf(type)}" : fact.Aspect.ToString();

    /// <summary>"isolated", "shared", or "?" in the colour of it.</summary>
    /// <param name="isolated">The sequence of $PSStyle that begins a colour; so it is the session's, and ours to name only in the format file.</param>
    public static string Wall(IsolationFact fact, string isolated, string shared) => Painted(fact, fact.Isolated switch { true => "isolated", false => "shared", _ => "?" }, isolated, shared);

    public static string Host(IsolationFact fact) => Shown(fact.Host);

    /// <inheritdoc cref="Wall"/>
    public static string Container(IsolationFact fact, string isolated = "", string shared = "") => Painted(fact, Shown(fact.Container), isolated, shared);

    public static string Reason(IsolationFact fact) => Printable.Of(fact.Reason);

    // PowerShell takes the colours out again where $PSStyle.OutputRendering or NO_COLOR says so, and where nobody looks.
    private static string Painted(IsolationFact fact, string text, string isolated, string shared)
    {
        const string reset = "\e[0m";
        string colour = fact.Isolated switch { true => isolated, false => shared, _ => "" };
        return colour.Length == 0 ? text : colour + text + reset;
    }

    private static string Shown(string? value) => value is null ? "?" : Printable.Of(value);
}
