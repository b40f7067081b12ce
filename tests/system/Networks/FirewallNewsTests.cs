using System.Diagnostics;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Networks;

/// <summary>What the kernel tells of the firewall's changes.</summary>
public class FirewallNewsTests
{
    [SystemFact("nft")]
    public void A_change_is_told_of_under_the_number_of_the_program_that_made_it()
    {
        string table = $"psc-news-{Environment.ProcessId}";
        using NfTablesNews news = NfTablesNews.TryOpen()!;
        using Process nft = Process.Start("nft", ["add", "table", "inet", table]);
        try
        {
            PollEntry[] entry = [new() { Descriptor = news.Descriptor, Events = PollEntry.In }];
            Pscontainer.Eventually(() => Processes.Poll(entry, 100) > 0 && news.TellsOf(nft.Id), "the news");
        }
        finally
        {
            nft.WaitForExit();
            Outcome.Of("nft", "delete", "table", "inet", table);
        }
    }

    [SystemFact("nft")]
    public void A_refusal_is_no_news_but_an_error_with_nfts_words()
    {
        using NftCommand command = NftCommand.Start("delete table inet psc-never-there\n");
        Assert.Contains("No such file", command.Finish());
    }

    [SystemFact("nft")]
    public void A_change_that_is_done_stands_though_nft_may_not_have_ended()
    {
        string table = $"psc-done-{Environment.ProcessId}";
        using (NftCommand make = NftCommand.Start($"add table inet {table}\n")) Assert.Null(make.Finish());
        Assert.True(NfTables.HasTable(table));
        using (NftCommand take = NftCommand.Start($"delete table inet {table}\n"))
        {
            Assert.Null(take.Finish());
            Assert.False(NfTables.HasTable(table));
        }
    }
}
