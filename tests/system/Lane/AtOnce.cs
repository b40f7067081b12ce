namespace PSContainer.Tests.System.Lane;

/// <summary>The same thing many times at the same moment, on threads of their own.</summary>
internal static class AtOnce
{
    public static T[] Do<T>(int count, Func<int, T> what)
    {
        var results = new T[count];
        var failures = new List<Exception>();
        using var gate = new Barrier(count);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                gate.SignalAndWait();
                results[i] = what(i);
            }
            catch (Exception failure)
            {
                lock (failures) failures.Add(failure);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return failures.Count == 0 ? results : throw new AggregateException(failures);
    }
}
