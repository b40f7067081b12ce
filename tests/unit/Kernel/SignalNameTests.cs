using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Kernel;

public class SignalNameTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("Kill", 9)]
    [InlineData("15", 15)]
    [InlineData("1", 1)]
    [InlineData("64", 64)]
    [InlineData("HUP", 1)]
    [InlineData("SYS", 31)]
    [InlineData("CHLD", 17)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMIN+30", 64)]
    [InlineData("RTMAX", 64)]
    [InlineData("RTMAX-1", 63)]
    public void A_signal_has_many_names(string text, int number) => Assert.Equal(number, SignalName.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("+9")]
    [InlineData(" 9")]
    [InlineData("9.0")]
    [InlineData("0x9")]
    [InlineData("99999999999")]
    [InlineData("NONE")]
    [InlineData("SIGSIGTERM")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMAX-31")]
    [InlineData("RTMIN+-1")]
    [InlineData("RTMIN-1")]
    public void Other_texts_are_none(string text) => Assert.Null(SignalName.Parse(text));

    [Fact]
    public void Every_name_is_its_numbers()
    {
        Assert.Equal(31, SignalName.All.Count);
        for (int signal = 1; signal <= 31; signal++) Assert.Equal(signal, SignalName.Parse(SignalName.Of(signal)));
        Assert.Equal("signal 40", SignalName.Of(40));
        Assert.Equal("signal 0", SignalName.Of(0));
    }
}
