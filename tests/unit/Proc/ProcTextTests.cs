using System.Text;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class ProcTextTests
{
    [Theory]
    [InlineData("net:[4026531833]", "net", 4026531833ul)]
    [InlineData("cgroup:[1]", "cgroup", 1ul)]
    [InlineData("mnt:[18446744073709551615]", "mnt", ulong.MaxValue)]
    [InlineData("pipe:[9]", "pipe", 9ul)]
    public void A_link_to_a_namespace_is_split(string link, string kind, ulong inode)
    {
        Assert.True(NamespaceLink.TryParse(Encoding.UTF8.GetBytes(link), out var found, out var number));
        Assert.Equal(kind, Encoding.UTF8.GetString(found));
        Assert.Equal(inode, number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/dev/null")]
    [InlineData("/tmp/net:[5]")]
    [InlineData("anon_inode:[eventpoll]")]
    [InlineData("anon_inode:inotify")]
    [InlineData("net:[]")]
    [InlineData("net:[12x]")]
    [InlineData("net:12345]")]
    [InlineData("net:[12345")]
    [InlineData("net:[99999999999999999999]")]
    public void Other_links_are_refused(string link)
        => Assert.False(NamespaceLink.TryParse(Encoding.UTF8.GetBytes(link), out _, out _));

    [Theory]
    [InlineData("sleep\0infinity\0", "sleep infinity")]
    [InlineData("sh\0-c\0a b\0", "sh -c a b")]
    [InlineData("nginx: master process\0\0\0\0", "nginx: master process")]
    [InlineData("no zero at the end", "no zero at the end")]
    [InlineData("with\0\0empty\0", "with  empty")]
    [InlineData("", "")]
    [InlineData("\0\0", "")]
    public void A_command_line_is_joined_by_spaces(string arguments, string line)
        => Assert.Equal(line, ProcCommandLine.Join(Encoding.UTF8.GetBytes(arguments)));
}
