using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Tests.Unit.Kernel;

/// <summary>Removing what others remove and write at the same time.</summary>
public sealed class TreeRemovalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    private string Tree => Path.Combine(_folder, "tree");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_is_gone_has_no_names()
    {
        Directory.CreateDirectory(Tree);
        int folder = FolderCalls.Open(Files.AtFdcwd, Tree, OpenFlags.ReadOnly | OpenFlags.Directory);
        Directory.Delete(Tree);
        Assert.Empty(FolderListing.Read(folder));
        Files.Close(folder);
    }

    [Fact]
    public void Many_remove_the_same_tree()
    {
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 40; i++) File.WriteAllText(Directory.CreateDirectory($"{Tree}/{i % 5}/a/b/{i}").FullName + "/file", "x");
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => TreeRemoval.Remove(Tree));
            Assert.False(Directory.Exists(Tree));
        }
    }

    [Fact]
    public void What_is_written_meanwhile_goes_too()
    {
        Directory.CreateDirectory(Tree + "/a/b");
        Parallel.Invoke(
            () =>
            {
                try
                {
                    for (int i = 0; i < 50; i++) File.WriteAllText($"{Tree}/a/b/{i}", "x");
                }
                catch (DirectoryNotFoundException)
                {
                    // Removed by then: the end that is looked for.
                }
            },
            () => TreeRemoval.Remove(Tree));
        Assert.False(Directory.Exists(Tree));
    }

    [Fact]
    public void A_tree_deeper_than_one_look_goes()
    {
        string path = Tree;
        for (int depth = 0; depth < 300; depth++) path += "/d";
        Directory.CreateDirectory(path);
        TreeRemoval.Remove(Tree);
        TreeRemoval.Remove(Tree);
        Assert.False(Directory.Exists(Tree));
    }
}
