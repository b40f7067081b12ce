using PSContainer.Engine;

namespace PSContainer.Tests.System.Images;

internal static class Refusal
{
    public static EngineException Of(string id, Action action)
    {
        var failure = Assert.Throws<EngineException>(action);
        Assert.Equal(id, failure.Id);
        return failure;
    }
}
