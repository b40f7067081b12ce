namespace PSContainer.Engine.Registry.Transport;

/// <summary>Attempts after attempts that failed by something that may pass.</summary>
internal static class Retry
{
    // An attempt that brought this much counts as a success: a large layer on a bad line is allowed many breaks.
    private const long Worthwhile = 1024 * 1024;

    /// <summary>Makes the attempt again, later and later, as long as its failure is one that may pass.</summary>
    /// <param name="done">Bytes that have come so far and stay.</param>
    /// <exception cref="EngineException">What the last attempt failed with.</exception>
    public static async Task<T> Run<T>(RegistryOptions options, Func<Task<T>> attempt, CancellationToken cancel, Func<long>? done = null)
    {
        TimeSpan pause = options.RetryInterval;
        int failures = 0;
        long before = done?.Invoke() ?? 0;
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (TransientFault fault)
            {
                long now = done?.Invoke() ?? 0;
                bool isStuck = fault.IsStall && now == before;
                if (now - before >= Worthwhile) (failures, pause) = (0, options.RetryInterval);
                before = now;
                TimeSpan wait = fault.Pause ?? pause;
                if (isStuck || failures++ >= options.MaximumRetryCount || wait > options.LongestPause) throw fault.Error;
                await Task.Delay(wait, cancel);
                pause *= 2;
            }
        }
    }
}
