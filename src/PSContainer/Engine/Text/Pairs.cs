namespace PSContainer.Engine.Text;

/// <summary>Names and values of an object that PowerShell shows, with a text that says them.</summary>
public sealed class Pairs(IEnumerable<KeyValuePair<string, string>> values) : Dictionary<string, string>(values)
{
    /// <summary>"team=data, stage=test".</summary>
    public override string ToString() => string.Join(", ", this.Select(pair => $"{pair.Key}={pair.Value}"));
}
