using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Layers;

namespace PSContainer.Engine.Registry.Transfer;

/// <summary>
/// Brings one layer: it is written into the store and unpacked while it comes. Only when the blob was seen to be right does the unpacker
/// see its end, and only then can the layer take its name.
/// </summary>
internal sealed class LayerFetch(ImageStore store, RegistryClient client, Descriptor blob, Digest diffId, IProgress<LayerProgress>? progress)
{
    /// <exception cref="EngineException">Why the layer is not here; the next attempt goes on where this one ended.</exception>
    public async Task Run(CancellationToken cancel)
    {
        Tell(LayerPhase.Waiting, 0);
        for (bool isAgain = false; ; isAgain = true)
        {
            using BlobIngest ingest = store.Blobs.Bring(blob, cancel);
            bool isTakenUp = ingest.Position > 0;
            try
            {
                await Run(ingest, cancel);
                Tell(LayerPhase.Done, blob.Size);
                return;
            }
            catch (EngineException failure) when (failure.Reason == Reason.Corrupt && isTakenUp && !isAgain)
            {
                // It may be what an earlier attempt left that is broken: once more, all of it.
                ingest.StartOver();
            }
        }
    }

    /// <summary>Keeps nothing of what has come: on a full disk it would only be in the way.</summary>
    public void Discard() => store.Blobs.Discard(blob);

    private async Task Run(BlobIngest ingest, CancellationToken cancel)
    {
        if (store.Layers.Has(diffId))
        {
            await Download(ingest, null, cancel);
            return;
        }
        if (ingest.IsThere)
        {
            using FileStream stored = store.Blobs.Open(blob.Digest);
            await OnThreadOfItsOwn(() => store.Layers.Unpack(stored, blob, diffId, new Telling(this), cancel), cancel);
            return;
        }
        // Whichever fails first ends the other, and is the one that is told of.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var following = new FollowingStream(ingest.OpenWritten(), both.Token);
        await Task.WhenAll(
            OrCancel(both, Download(ingest, following, both.Token)),
            OrCancel(both, OnThreadOfItsOwn(() => store.Layers.Unpack(following, null, diffId, new Telling(this, following), both.Token), both.Token)));
    }

    private async Task Download(BlobIngest ingest, FollowingStream? follower, CancellationToken cancel)
    {
        follower?.Grow(ingest.Position);
        if (!ingest.IsThere)
            await client.Download(blob, ingest, here =>
            {
                Tell(LayerPhase.Downloading, here);
                follower?.Grow(here);
            }, cancel);
        ingest.Finish();
        follower?.End();
    }

    private static async Task OrCancel(CancellationTokenSource both, Task work)
    {
        try
        {
            await work;
        }
        catch
        {
            both.Cancel();
            throw;
        }
    }

    // Unpacking waits for disks and for the network; threads of the pool are for those who do not.
    private static Task OnThreadOfItsOwn(Action work, CancellationToken cancel)
        => Task.Factory.StartNew(work, cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Tell(LayerPhase phase, long done) => progress?.Report(new LayerProgress(blob.Digest, done, blob.Size, phase));

    // While it still comes, the download is what one waits for.
    private sealed class Telling(LayerFetch fetch, FollowingStream? following = null) : IProgress<LayerProgress>
    {
        public void Report(LayerProgress value)
        {
            if (following?.IsWhole ?? true) fetch.Tell(LayerPhase.Unpacking, value.Done);
        }
    }
}
