using PSContainer.Engine.Text;

namespace PSContainer.Tests.Unit.Text;

public class SizeTextTests
{
    [Theory]
    [InlineData(0L, "0 B", "0 B")]
    [InlineData(1023L, "1023 B", "1023 B")]
    [InlineData(1024L, "1 KiB", "1.0 KiB")]
    [InlineData(6291455L, "5.99 MiB", "6.0 MiB")]
    [InlineData(41943040L, "40 MiB", "40.0 MiB")]
    [InlineData(1610612736L, "1.5 GiB", "1.5 GiB")]
    [InlineData(long.MaxValue - 1, "7.99 EiB", "8.0 EiB")]
    [InlineData(long.MaxValue, "unlimited", "unlimited")]
    public void Bytes_are_read_in_their_unit(long bytes, string sentence, string column)
        => Assert.Equal((sentence, column), (SizeText.Of(bytes), SizeText.InColumn(bytes)));

    [Fact]
    public void What_is_unlimited_says_so()
        => Assert.Equal(("unlimited", "100", "unlimited", "1.5"), (SizeText.Count(long.MaxValue), SizeText.Count(100), SizeText.Processors(double.PositiveInfinity), SizeText.Processors(1.5)));
}
