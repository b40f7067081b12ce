using System.Security.Cryptography;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>ADD of a URL: fetched each time, and no reason to build anew while its content stays the same.</summary>
internal static class Download
{
    // A server that sends nothing for so long has hung up without saying so.
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(60);

    public static bool IsUrl(string source) => source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>What the file is called where the destination is a folder: the last part of the URL's path.</summary>
    public static string? NameOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Segments[^1].TrimEnd('/') is { Length: > 0 } name ? Uri.UnescapeDataString(name).Replace('/', '_') : null;

    /// <summary>Fetches it into a file of mode 600, as docker does, with the server's date.</summary>
    /// <exception cref="EngineException">DownloadFailed, ChecksumWrong.</exception>
    public static void Fetch(Place place, string url, string? checksum, string file, CancellationToken cancelled)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out _)) throw place.Syntax($"'{Printable.Of(url)}' is no URL.", "Write http://… or https://….");
        Digest? wanted = checksum is null ? null : place.Located(() => Digest.Parse(checksum));
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        try
        {
            using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            stalled.CancelAfter(s_stall);
            using HttpResponseMessage answer = client.Send(new HttpRequestMessage(HttpMethod.Get, url), HttpCompletionOption.ResponseHeadersRead, stalled.Token);
            if (!answer.IsSuccessStatusCode) throw Failed(place, url, $"the server answers {(int)answer.StatusCode} {answer.ReasonPhrase}");
            Digest found = Save(answer, file, stalled);
            if (answer.Content.Headers.LastModified is { } modified) File.SetLastWriteTimeUtc(file, modified.UtcDateTime);
            if (wanted is { } digest && digest != found)
                throw place.Error("ChecksumWrong", Reason.Corrupt, $"'{Printable.Of(url)}' is {found}, not {digest}.", "Don't use it before you know why; if it is rightly another one, correct --checksum.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancelled.IsCancellationRequested))
        {
            throw Failed(place, url, failure is OperationCanceledException ? $"nothing came for {s_stall.TotalSeconds:0} seconds" : failure.Message.TrimEnd('.'), failure);
        }
    }

    private static Digest Save(HttpResponseMessage answer, string file, CancellationTokenSource stalled)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using Stream content = answer.Content.ReadAsStream(stalled.Token);
        using var target = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        byte[] buffer = new byte[1 << 17];
        int count;
        while ((count = content.ReadAsync(buffer, stalled.Token).AsTask().GetAwaiter().GetResult()) > 0)
        {
            stalled.CancelAfter(s_stall);
            hash.AppendData(buffer, 0, count);
            target.Write(buffer, 0, count);
        }
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static EngineException Failed(Place place, string url, string why, Exception? cause = null)
        => place.Error("DownloadFailed", Reason.Failed, $"'{Printable.Of(url)}' can't be had: {why}.", "See that the address is right and that this machine reaches it.", cause);
}
