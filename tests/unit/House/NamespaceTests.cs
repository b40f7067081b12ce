namespace PSContainer.Tests.Unit.House;

/// <summary>A room's name is its namespace's: whoever reads a using line knows the folder.</summary>
public sealed class NamespaceTests
{
    [Theory]
    [InlineData("src/PSContainer/Engine", "PSContainer.Engine")]
    [InlineData("src/PSContainer/Runtime", "PSContainer.Runtime")]
    [InlineData("src/PSContainer/Cmdlets", "PSContainer.Cmdlets")]
    [InlineData("tests/unit", "PSContainer.Tests.Unit")]
    [InlineData("tests/system", "PSContainer.Tests.System")]
    public void Is_its_folder(string folder, string name)
    {
        var others = new List<string>();
        foreach (string source in SourceTree.Sources(folder))
        {
            string below = Path.GetDirectoryName(Path.GetRelativePath(folder, source))!;
            string wanted = below.Length == 0 ? name : name + '.' + below.Replace('/', '.');
            if (SourceTree.NamespaceOf(SourceTree.Read(source)) is var found && found != wanted) others.Add($"{source}: {found}");
        }
        Assert.True(others.Count == 0, string.Join('\n', others));
    }
}
