namespace PSContainer.Tests.Unit.House;

/// <summary>A type that is nested in none.</summary>
internal readonly record struct TypeName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : Namespace + '.' + Name;
}
