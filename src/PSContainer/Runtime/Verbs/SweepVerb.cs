using PSContainer.Engine.Networks;

namespace PSContainer.Runtime.Verbs;

/// <summary>sweep: what the last container of a network leaves to be taken away; started by its supervisor.</summary>
internal static class SweepVerb
{
    public static int Execute(Context context)
    {
        NetworkSweep.Run(context.Storage);
        return 0;
    }
}
