using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using PSContainer.Cmdlets.Formats;
using PSContainer.Engine.Layers;

namespace PSContainer.Cmdlets.Base;

/// <summary>
/// A progress bar for each layer that is on its way. Only the pipeline's own thread may draw, so the work goes on in another one and
/// leaves here what is to be shown.
/// </summary>
internal sealed class LayerBars(Cmdlet cmdlet, string activity) : IProgress<LayerProgress>, IDisposable
{
    private const int Whole = 0, FirstLayer = 1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, LayerProgress> _latest = new();
    private readonly Dictionary<string, int> _shown = [];
    private readonly ManualResetEventSlim _isDone = new();

    public void Report(LayerProgress value) => _latest[value.Blob?.Short ?? ""] = value;

    /// <summary>Returns what the work returns, and throws what it throws.</summary>
    /// <exception cref="PipelineStoppedException">It was cancelled.</exception>
    public T Watch<T>(Func<IProgress<LayerProgress>, CancellationToken, T> work, CancellationToken cancelled)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work(this, cancelled);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
            _isDone.Set();
        }) { IsBackground = true, Name = activity };
        var clock = Stopwatch.StartNew();
        thread.Start();
        try
        {
            while (!_isDone.Wait(s_pause)) Show(clock.Elapsed);
        }
        finally
        {
            // Drawing fails where the pipeline has just been stopped, and the work is still letting go of its locks.
            thread.Join();
        }
        Complete();
        if (failure is OperationCanceledException && cancelled.IsCancellationRequested) throw new PipelineStoppedException();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return result;
    }

    public void Dispose() => _isDone.Dispose();

    // What is done at once needs no bar.
    private void Show(TimeSpan elapsed)
    {
        if (elapsed < s_pause * 3) return;
        LayerProgress[] all = [.. _latest.Values];
        long done = all.Sum(layer => layer.Done), total = all.Sum(layer => layer.Total ?? 0);
        cmdlet.WriteProgress(new ProgressRecord(Whole, activity, $"{ContainerColumns.Size(done)}{(total > 0 ? " of " + ContainerColumns.Size(total) : "")}") { PercentComplete = Percent(done, total) });
        foreach ((string layer, LayerProgress progress) in _latest)
        {
            bool isDone = progress.Phase == LayerPhase.Done || (progress.Phase == LayerPhase.Unpacking && progress.Done >= progress.Total);
            if (progress.Phase == LayerPhase.Waiting || (isDone && !_shown.ContainsKey(layer))) continue;
            if (!_shown.TryGetValue(layer, out int id)) _shown[layer] = id = FirstLayer + _shown.Count;
            cmdlet.WriteProgress(new ProgressRecord(id, layer.Length == 0 ? "layer" : layer, $"{progress.Phase}: {ContainerColumns.Size(progress.Done)}{(progress.Total is { } size ? " of " + ContainerColumns.Size(size) : "")}")
            {
                ParentActivityId = Whole, PercentComplete = Percent(progress.Done, progress.Total ?? 0), RecordType = isDone ? ProgressRecordType.Completed : ProgressRecordType.Processing,
            });
        }
    }

    private void Complete()
    {
        if (_shown.Count == 0) return;
        foreach (int id in _shown.Values) cmdlet.WriteProgress(new ProgressRecord(id, activity, "done") { RecordType = ProgressRecordType.Completed });
        cmdlet.WriteProgress(new ProgressRecord(Whole, activity, "done") { RecordType = ProgressRecordType.Completed });
    }

    private static int Percent(long done, long total) => total <= 0 ? -1 : (int)Math.Min(100, 100 * done / total);
}
