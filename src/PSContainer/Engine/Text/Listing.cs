using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace PSContainer.Engine.Text;

/// <summary>
/// Several values of an object that PowerShell shows. An array in all but its text: Export-Csv and messages print that, and an array's is its type.
/// </summary>
[CollectionBuilder(typeof(Listing), nameof(Listing.Of))]
public sealed class Listing<T>(IList<T> values) : ReadOnlyCollection<T>(values)
{
    /// <summary>All of them, a comma between two.</summary>
    public override string ToString() => string.Join(", ", this);
}

/// <summary>Makes a <see cref="Listing{T}"/> of a collection expression.</summary>
public static class Listing
{
    public static Listing<T> Of<T>(ReadOnlySpan<T> values) => new(values.ToArray());
}
