using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>Layers made to reach out. A decoy lies where each of them would reach, and has to stay as it is.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly string _outside = Machine.NewFolder();
    private readonly LayerFolder _layer = new();

    private string Decoy => Path.Combine(_outside, "decoy");

    private void Check()
    {
        Assert.Equal("untouched", File.ReadAllText(Decoy));
        Assert.Equal((string[])[Decoy], Directory.GetFileSystemEntries(_outside));
        FileStatus status = FileStatus.Of(Files.AtFdcwd, Decoy);
        Assert.Equal((1u, 0x1A4u, 0u), (status.Links, status.Permissions, status.Uid));
    }

    public HostileLayerTests()
    {
        File.WriteAllText(Decoy, "untouched");
        File.SetUnixFileMode(Decoy, (UnixFileMode)LayerTar.FileMode);
    }

    public void Dispose()
    {
        _layer.Dispose();
        TreeRemoval.Remove(_outside);
    }

    public static TheoryData<string> Climbing => new("../x", "../../../../../../../etc/pscontainer-test", "a/../../x", "..", "/..", "./..", "a/b/../../../c");

    [SystemTheory]
    [MemberData(nameof(Climbing))]
    public void A_path_that_climbs_out_is_refused_and_nothing_is_kept(string name)
    {
        foreach (TarType type in Enum.GetValues<TarType>())
            Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().File("before").Add(new TarEntry { Type = type, Name = name, Link = "before" }).File("after")));
        Assert.Empty(_layer.Homes());
        Assert.False(File.Exists("/etc/pscontainer-test"));
    }

    [SystemFact]
    public void An_absolute_path_is_one_in_the_layer()
    {
        _layer.Unpack(new LayerTar().File(Decoy, "harm"));
        Assert.Equal("harm", _layer.Text(Decoy[1..]));
        Check();
    }

    [SystemTheory]
    [InlineData("/")]
    [InlineData("../../../../../../../../../..")]
    [InlineData("/proc/self/root")]
    [InlineData("x/../../../../../../../../../..")]
    public void A_file_through_a_link_to_the_root_stays_inside(string target)
    {
        _layer.Unpack(new LayerTar().Folder("proc/self/root").Folder("x").Link("out", target).File("out" + Decoy, "harm").Folder("out" + _outside + "/folder").File("out/.wh.whiteout").File("out/opaque/.wh..wh..opq")
            .HardLink("out/hard", "out" + Decoy).Link("out/soft", Decoy).Add(new TarEntry { Type = TarType.CharacterDevice, Name = "out/null", Major = 1, Minor = 3 }));
        string below = target == "/proc/self/root" ? "proc/self/root" : "";
        Assert.Equal("harm", _layer.Text(below + Decoy[(below == "" ? 1 : 0)..]));
        Check();
    }

    [SystemFact]
    public void A_file_over_a_link_replaces_the_link()
    {
        _layer.Unpack(new LayerTar().Link("l", Decoy).File("l", "harm").Link("m", _outside).Folder("m", 0).Link("n", Decoy).File(".wh.n").Link("o", Decoy)
            .Add(new TarEntry { Type = TarType.Fifo, Name = "o", Mode = 0xFFF, User = 5 }).Link("p", _outside).Link("p", _outside));
        Assert.Equal("harm", _layer.Text("l"));
        Check();
    }

    [SystemFact]
    public void Attributes_of_a_link_are_its_own()
    {
        _layer.Unpack(new LayerTar().Add(new TarEntry { Type = TarType.SymbolicLink, Name = "l", Link = Decoy, Mode = 0xFFF, User = 5, Group = 6, Modified = 7, Attributes = [new("user.x", [1])] }));
        Check();
    }

    [SystemFact]
    public void A_folder_s_time_goes_to_no_folder_that_a_link_leads_to()
    {
        _layer.Unpack(new LayerTar().Add(new TarEntry { Type = TarType.Folder, Name = "a/b", Mode = 0x1ED, Modified = 5 }).Add(new TarEntry { Type = TarType.Folder, Name = "c/b", Mode = 0x1ED, Modified = 6 }).Link("a", "c"));
        Assert.Equal(6, _layer.Status("c/b").Modified.Seconds);
    }

    public static TheoryData<string> Targets => new("/etc/passwd", "../../../../../../../etc/passwd", "../x", "nothing", "folder", "/", "", "self", "whiteout", "out/etc/passwd", new string('n', 300));

    [SystemTheory]
    [MemberData(nameof(Targets))]
    public void A_hard_link_to_what_is_no_file_of_the_layer_is_refused(string target)
    {
        Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().Folder("folder").Link("out", "/").File(".wh.whiteout").HardLink("self", target)));
        Assert.Empty(_layer.Homes());
    }

    public static TheoryData<string> Blocked => new("file/below", "dangling/below", "loop/below", "device/below");

    [SystemTheory]
    [MemberData(nameof(Blocked))]
    public void A_path_through_what_is_no_folder_is_refused(string name)
    {
        Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().File("file").Link("dangling", "no/where").Link("loop", "loop").Add(new TarEntry { Type = TarType.CharacterDevice, Name = "device", Major = 1, Minor = 3 }).File(name)));
        Assert.Empty(_layer.Homes());
    }

    [SystemFact]
    public void The_root_stays_a_folder()
    {
        foreach (string name in (string[])["/", ".", "./", "a/.."])
            Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().Link(name, _outside)));
        Check();
    }

    [SystemFact]
    public void Parts_longer_than_linux_allows_and_empty_links_are_refused()
    {
        Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().File(new string('n', 256))));
        Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().Link("l", "")));
        Refusal.Of("LayerEntryRefused", () => _layer.Unpack(new LayerTar().Add(new TarEntry { Type = TarType.File, Name = "f", Attributes = [new("security.capability", [1, 2, 3])] })));
        Assert.Empty(_layer.Homes());
    }

    [SystemFact]
    public void A_tree_deeper_than_any_path_is_unpacked_and_removed()
    {
        var tar = new LayerTar();
        string step = string.Concat(Enumerable.Repeat("d/", 1000))[..^1];
        for (int i = 0; i < 3; i++) tar.Folder((i == 0 ? "" : $"l{i - 1}/") + step).Link($"l{i}", (i == 0 ? "" : $"l{i - 1}/") + step);
        byte[] archive = tar.End();
        _layer.Unpack(archive);
        Assert.True(_layer.Status("l2").Kind == FileKind.Link);
        _layer.Store.Remove(Digest.Of(archive));
        Assert.Empty(_layer.Homes());
    }
}
