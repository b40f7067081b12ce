using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>What an archive says is what lies on the disk.</summary>
public class UnpackTests
{
    // VFS_CAP_REVISION_2, effective, cap_net_raw.
    private const string Capability = "\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private static LayerFolder Unpack(LayerTar tar) => new LayerFolder().Unpack(tar);

    [SystemFact]
    public void A_file_has_its_content_owner_mode_and_time()
    {
        using LayerFolder layer = Unpack(new LayerTar().Add(new TarEntry { Type = TarType.File, Name = "bin/su", Mode = 0x9ED, User = 1000, Group = 2000, Modified = 1700000000, ModifiedNanoseconds = 500 }, new string('x', 300_000)));
        FileStatus status = layer.Status("bin/su");
        Assert.Equal((FileKind.Regular, 0x9EDu, 1000u, 2000u, (1700000000L, 500u), 300_000L), (status.Kind, status.Permissions, status.Uid, status.Gid, status.Modified, status.Size));
        Assert.Equal(new string('x', 300_000), layer.Text("bin/su"));
    }

    [SystemFact]
    public void Modes_do_not_depend_on_the_umask_nor_on_the_folder_s_group()
    {
        using LayerFolder layer = Unpack(new LayerTar().Add(new TarEntry { Type = TarType.Folder, Name = "d", Mode = 0x5FF, Group = 50 }).File("d/all", "", 0x1FF).File("d/none", "", 0).Folder("d/sub", 0x1C0)
            .Add(new TarEntry { Type = TarType.Fifo, Name = "d/pipe", Mode = 0x1B6 }));
        Assert.Equal((0x5FFu, 50u), (layer.Status("d").Permissions, layer.Status("d").Gid));
        foreach ((string name, uint mode) in (ReadOnlySpan<(string, uint)>)[("all", 0x1FF), ("none", 0), ("sub", 0x1C0), ("pipe", 0x1B6)])
            Assert.Equal((mode, 0u), (layer.Status("d/" + name).Permissions, layer.Status("d/" + name).Gid));
    }

    [SystemFact]
    public void Folders_keep_their_time_whatever_comes_into_them_later()
    {
        using LayerFolder layer = Unpack(new LayerTar().Add(new TarEntry { Type = TarType.Folder, Name = "d/", Modified = 1000 }).Add(new TarEntry { Type = TarType.Folder, Name = "d/e", Modified = 2000 }).File("d/e/f").File("d/g")
            .Add(new TarEntry { Type = TarType.Folder, Name = "./", Modified = 3000, Mode = 0x1C0, User = 7 }));
        Assert.Equal((1000L, 2000L, 3000L), (layer.Status("d").Modified.Seconds, layer.Status("d/e").Modified.Seconds, layer.Status("").Modified.Seconds));
        Assert.Equal((0x1C0u, 7u), (layer.Status("").Permissions, layer.Status("").Uid));
    }

    [SystemFact]
    public void Links_devices_and_pipes_are_made()
    {
        using LayerFolder layer = Unpack(new LayerTar().File("f", "one").HardLink("h", "f").HardLink("d/i", "/./f")
            .Add(new TarEntry { Type = TarType.SymbolicLink, Name = "s", Link = "/no/where", User = 9, Modified = 77 })
            .Add(new TarEntry { Type = TarType.CharacterDevice, Name = "null", Mode = 0x1B6, Major = 1, Minor = 3, Group = 5 })
            .Add(new TarEntry { Type = TarType.BlockDevice, Name = "disk", Mode = 0x180, Major = 254, Minor = 300 })
            .Add(new TarEntry { Type = TarType.Fifo, Name = "pipe", Mode = 0x180 }));
        Assert.Equal((3u, layer.Status("f").Inode, layer.Status("f").Inode), (layer.Status("f").Links, layer.Status("h").Inode, layer.Status("d/i").Inode));
        Assert.Equal((FileKind.Link, 9u, 77L), (layer.Status("s").Kind, layer.Status("s").Uid, layer.Status("s").Modified.Seconds));
        Assert.Equal("/no/where", new FileInfo(Path.Combine(layer.Files, "s")).LinkTarget);
        Assert.Equal((FileKind.CharacterDevice, (1u, 3u), 0x1B6u, 5u), (layer.Status("null").Kind, layer.Status("null").Special, layer.Status("null").Permissions, layer.Status("null").Gid));
        Assert.Equal((FileKind.BlockDevice, (254u, 300u)), (layer.Status("disk").Kind, layer.Status("disk").Special));
        Assert.Equal(FileKind.Fifo, layer.Status("pipe").Kind);
    }

    [SystemFact]
    public void Capabilities_and_user_attributes_are_kept_and_others_are_not()
    {
        TarEntry entry = new()
        {
            Type = TarType.File, Name = "ping", Mode = 0x1ED,
            Attributes =
            [
                new("security.capability", [.. Capability.Select(letter => (byte)letter)]), new("user.note", [0, 255]), new("user.overlay.opaque", "y"u8.ToArray()),
                new("trusted.overlay.metacopy", []), new("trusted.x", "1"u8.ToArray()), new("security.selinux", "system_u"u8.ToArray()), new("system.posix_acl_access", [2, 0, 0, 0]),
            ],
        };
        using LayerFolder layer = Unpack(new LayerTar().Add(entry, "x").Add(entry with { Type = TarType.Folder, Name = "d", Attributes = entry.Attributes.Skip(1).ToArray() }));
        Assert.Equal((Capability, "\0\xff"), (layer.Attribute("ping", "security.capability"), layer.Attribute("ping", "user.note")));
        foreach (string name in (string[])["user.overlay.opaque", "trusted.overlay.metacopy", "trusted.x", "security.selinux", "system.posix_acl_access"])
        {
            Assert.Null(layer.Attribute("ping", name));
            Assert.Null(layer.Attribute("d", name));
        }
    }

    [SystemFact]
    public void Names_that_are_not_utf_8_stay_what_they_are()
    {
        using LayerFolder layer = Unpack(new LayerTar().File("caf\xe9/\xff\xfe", "x").File("\xc3\xa9").Link("l\x80", "\x81").File(new string('\xaa', 255)).File("a\nb"));
        Assert.Equal((string[])["a\nb", "caf\xe9", "caf\xe9/\xff\xfe", "l\x80", new string('\xaa', 255), "\xc3\xa9"], layer.Paths());
    }

    [SystemFact]
    public void Missing_folders_are_made_and_plain_names_are_cleaned()
    {
        using LayerFolder layer = Unpack(new LayerTar().File("./a//b/./c", "1").File("/x/../y/z", "2").File("a/b/../d/", "").File("//w"));
        Assert.Equal((string[])["a", "a/b", "a/b/c", "a/d", "w", "y", "y/z"], layer.Paths());
        Assert.Equal((FileKind.Directory, 0x1EDu, 0u), (layer.Status("a/b").Kind, layer.Status("a/b").Permissions, layer.Status("a/b").Uid));
    }

    [SystemFact]
    public void The_last_of_several_wins()
    {
        using LayerFolder layer = Unpack(new LayerTar()
            .File("f", "long content").HardLink("other", "f").File("f", "new")
            .File("d/in", "x").File("d", "now a file")
            .File("g", "x").Folder("g").File("g/in", "y")
            .Link("l", "/etc").Folder("l").File("l/in", "z")
            .Folder("k", 0x1FF).File("k/stays").Folder("k", 0x1C0)
            .Folder("m").Link("m", "k"));
        Assert.Equal(("new", "long content", "now a file", "y", "z"), (layer.Text("f"), layer.Text("other"), layer.Text("d"), layer.Text("g/in"), layer.Text("l/in")));
        Assert.Equal((string[])["d", "f", "g", "g/in", "k", "k/stays", "l", "l/in", "m", "other"], layer.Paths());
        Assert.Equal((0x1C0u, FileKind.Link), (layer.Status("k").Permissions, layer.Status("m").Kind));
    }
}
