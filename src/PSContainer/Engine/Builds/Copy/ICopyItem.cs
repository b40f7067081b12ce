namespace PSContainer.Engine.Builds.Copy;

/// <summary>One thing that a COPY or ADD brings.</summary>
internal interface ICopyItem : IDisposable
{
    void AddTo(ContentHash hash, CancellationToken cancelled);

    /// <param name="destination">Absolute; a folder if there is one, else what the thing is to be called.</param>
    /// <param name="owner">Of folders that are made on the way.</param>
    /// <param name="scratch">A folder for what is needed meanwhile.</param>
    void CopyTo(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner, string scratch, CancellationToken cancelled);
}
