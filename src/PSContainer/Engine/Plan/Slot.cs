namespace PSContainer.Engine.Plan;

/// <summary>
/// A place for a step's result, mostly a descriptor, that later steps take as an argument. It is empty (-1) until filled;
/// a step that names an empty slot is passed over, which is how a plan without branches handles what may be absent.
/// </summary>
public readonly record struct Slot(int Index, string Name)
{
    public override string ToString() => $"<{Name}>";
}
