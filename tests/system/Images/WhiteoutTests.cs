using PSContainer.Engine.Blobs;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

public class WhiteoutTests
{
    private static LayerFolder Unpack(LayerTar tar) => new LayerFolder().Unpack(tar);

    [SystemFact]
    public void Whiteouts_become_what_overlayfs_knows()
    {
        using LayerFolder layer = Unpack(new LayerTar().File("d/.wh.gone").File(".wh.caf\xe9").Folder("o").File("o/.wh..wh..opq").File("o/kept").File("p/q/.wh..wh..opq"));
        Assert.Equal((string[])["caf\xe9", "d", "d/gone", "o", "o/kept", "p", "p/q"], layer.Paths());
        Assert.True(layer.Status("d/gone").IsWhiteout);
        Assert.True(layer.Status("caf\xe9").IsWhiteout);
        Assert.Equal((true, true, false, false), (layer.IsOpaque("o"), layer.IsOpaque("p/q"), layer.IsOpaque("p"), layer.IsOpaque("d")));
    }

    [SystemFact]
    public void A_whiteout_is_about_the_layers_below_and_not_about_its_own()
    {
        using LayerFolder layer = Unpack(new LayerTar()
            .File("f", "stays").File(".wh.f")
            .File(".wh.g").File("g", "stays")
            .File("d/in", "stays").File(".wh.d")
            .File(".wh.e").Folder("e").File("e/in", "stays")
            .File(".wh.i").File("i/j/in", "stays")
            .File(".wh.h").HardLink("h", "f"));
        foreach (string name in (string[])["f", "g", "d/in", "e/in", "i/j/in", "h"]) Assert.Equal("stays", layer.Text(name));
        Assert.Equal((true, true, true, false), (layer.IsOpaque("d"), layer.IsOpaque("e"), layer.IsOpaque("i"), layer.IsOpaque("i/j")));
    }

    [SystemFact]
    public void Aufs_s_book_keeping_is_passed_over()
    {
        using LayerFolder layer = Unpack(new LayerTar().Folder(".wh..wh.plnk").File(".wh..wh.plnk/12.34", "x").File(".wh..wh.aufs").File("d/.wh..wh.orph/x").File("f"));
        Assert.Equal((string[])["f"], layer.Paths());
    }

    [SystemTheory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    [InlineData("d/.wh...")]
    public void A_whiteout_of_nothing_or_of_the_folder_above_is_refused(string name)
    {
        using var layer = new LayerFolder();
        Refusal.Of("LayerEntryRefused", () => layer.Unpack(new LayerTar().Folder("d").File(name)));
        Assert.Empty(layer.Homes());
    }

    [SystemFact("unshare")]
    public void An_overlay_of_layers_shows_what_the_image_is()
    {
        using var store = new LayerFolder();
        string Lower(LayerTar tar)
        {
            byte[] archive = tar.End();
            return store.Store.Unpack(new MemoryStream(archive), null, Digest.Of(archive)).Folder;
        }
        string first = Lower(new LayerTar().File("a/one", "1").File("a/two", "2").File("b/x", "3").File("c/x", "4").File("f", "5").Folder("g").File("h", "6").File("i/x"));
        string second = Lower(new LayerTar().File("a/.wh.one").File("a/three", "7").File("b/.wh..wh..opq").File("b/y", "8").File(".wh.c").File("f/now a folder", "9").File("g", "now a file").File(".wh.i").File("i/y"));
        string mounted = Machine.NewFolder();
        Outcome shown = Outcome.Of("unshare", "-m", "/bin/sh", "-c", $"mount -t overlay overlay -o lowerdir={second}:{first} {mounted} && cd {mounted} && find . -type f | LC_ALL=C sort | while read f; do printf '%s %s;' \"$f\" \"$(cat \"$f\")\"; done");
        Assert.Equal("./a/three 7;./a/two 2;./b/y 8;./f/now a folder 9;./g now a file;./h 6;./i/y ;", shown.Output);
        Directory.Delete(mounted);
    }
}
