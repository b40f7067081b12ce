using System.Management.Automation;
using System.Management.Automation.Host;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Formats;

/// <summary>
/// Which of the format file's tables containers come in: one with ports where there are any, and on a narrow terminal one without the columns that would be cut to
/// pieces. PowerShell can leave out no column by itself, so the objects carry a name that a table is for, as those of Get-CimInstance do.
/// </summary>
public static class ContainerTable
{
    // What the columns take with names, addresses and one port of the usual length.
    private const int Wide = 110, WideWithPorts = 140;

    /// <summary>The type name that stands before the container's own; null for the table that needs none.</summary>
    /// <param name="containers">All that come in one table.</param>
    /// <param name="width">Columns of the terminal; null where there is none.</param>
    public static string? NameFor(IReadOnlyCollection<Container> containers, int? width)
    {
        bool hasPorts = containers.Any(container => container.Ports.Count > 0);
        bool isNarrow = width < (hasPorts ? WideWithPorts : Wide);
        return (isNarrow, hasPorts) switch
        {
            (true, true) => typeof(Container).FullName + "#NarrowPorts",
            (true, false) => typeof(Container).FullName + "#Narrow",
            (false, true) => typeof(Container).FullName + "#Ports",
            _ => null,
        };
    }

    /// <summary>The container under that name.</summary>
    public static PSObject Named(Container container, string? name)
    {
        var shown = new PSObject(container);
        if (!string.IsNullOrEmpty(name)) shown.TypeNames.Insert(0, name);
        return shown;
    }

    /// <summary>Columns of the terminal; null where the host has none.</summary>
    public static int? WidthOf(PSHost host)
    {
        try
        {
            return host.UI?.RawUI?.BufferSize.Width is > 0 and { } width ? width : null;
        }
        catch (Exception none) when (none is HostException or NotImplementedException or IOException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
