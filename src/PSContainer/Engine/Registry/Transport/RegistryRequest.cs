using System.Net;
using System.Net.Http.Headers;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>One request, which may be sent several times: after a challenge, to where a redirect leads, after a failure.</summary>
/// <param name="Target">Below the registry's address, or a whole one.</param>
/// <param name="What">What it is about, for errors: "the manifest of debian:12".</param>
internal sealed record RegistryRequest(HttpMethod Method, string Target, string What)
{
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte that is wanted.</summary>
    public long From { get; init; }

    /// <summary>A new one each time, since a body is read once.</summary>
    public Func<StallWatch, HttpContent>? Body { get; init; }

    /// <summary>Asks before the body is sent whether it will be taken: a large one is not sent for nothing.</summary>
    public bool AsksFirst { get; init; }

    /// <summary>Answers beyond 2xx that the caller deals with.</summary>
    public IReadOnlyList<HttpStatusCode> Also { get; init; } = [];

    public HttpRequestMessage At(Uri target, AuthenticationHeaderValue? authorization, StallWatch watch)
    {
        var message = new HttpRequestMessage(Method, target) { Content = Body?.Invoke(watch) };
        message.Headers.Authorization = authorization;
        message.Headers.ExpectContinue = AsksFirst ? true : null;
        foreach (string type in Accept) message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (From > 0) message.Headers.Range = new RangeHeaderValue(From, null);
        return message;
    }
}
