using System.Net;
using System.Net.Http.Headers;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>An answer whose body is still to be read, under the watch for stalls.</summary>
internal sealed class RegistryResponse(HttpResponseMessage message, StallWatch watch, RegistryFailures failures) : IDisposable
{
    private Stream? _body;

    public HttpStatusCode Status => message.StatusCode;

    public bool IsSuccess => message.IsSuccessStatusCode;

    public Uri Address => message.RequestMessage!.RequestUri!;

    public HttpHeaderValueCollection<AuthenticationHeaderValue> Challenges => message.Headers.WwwAuthenticate;

    public Uri? Location => message.Headers.Location is { } location ? new Uri(Address, location) : null;

    public string? ContentType => message.Content.Headers.ContentType?.MediaType;

    public long? Length => message.Content.Headers.ContentLength;

    /// <summary>Of a part: where it begins, and how large the whole is.</summary>
    public ContentRangeHeaderValue? Range => message.Content.Headers.ContentRange;

    public TimeSpan? RetryAfter => message.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - DateTimeOffset.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        _ => null,
    };

    public string? Header(string name) => message.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    /// <returns>0 at the end.</returns>
    /// <exception cref="TransientFault">It broke off, or nothing came for too long.</exception>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            watch.Alive();
            _body ??= await message.Content.ReadAsStreamAsync(watch.Token);
            int count = await _body.ReadAsync(buffer, watch.Token);
            watch.Rest();
            return count;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            throw failures.Translate(failure, watch, cancel);
        }
    }

    /// <summary>A body that is read whole, and so is bounded: null where it is longer.</summary>
    public async Task<byte[]?> ReadAll(int longest, CancellationToken cancel)
    {
        if (Length > longest) return null;
        using var content = new MemoryStream();
        byte[] buffer = new byte[16384];
        for (int count; (count = await Read(buffer, cancel)) > 0;)
        {
            if (content.Length + count > longest) return null;
            content.Write(buffer, 0, count);
        }
        return content.ToArray();
    }

    public void Dispose()
    {
        message.Dispose();
        watch.Dispose();
    }
}
