using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>
/// Sends requests to one registry, for one repository: answers its challenges, follows its redirects, and turns what goes wrong into
/// errors. Authorization goes to the registry and to nobody else, and nothing that began encrypted goes on in the clear.
/// </summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MostRedirects = 5;

    private readonly RegistryAddress _address;
    private readonly RegistryOptions _options;
    private readonly string _actions;
    private readonly HttpClient _http;
    private readonly RegistryFailures _failures;
    private readonly RegistryAuthorization _authorization;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _isCertificateSeen;
    private Uri? _origin;

    /// <param name="actions">"pull", or "pull,push".</param>
    public RegistryTransport(string registry, string repository, string actions, RegistryOptions options)
    {
        (_address, _options, _actions) = (new RegistryAddress(registry), options, actions);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.ConnectionTimeout,
            UseProxy = !_address.IsLoopback,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    _isCertificateSeen = true;
                    return errors == SslPolicyErrors.None || options.SkipCertificateCheck;
                },
            },
        };
        // The limits are ours, between two signs of life; a layer may take hours.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("PSContainer", typeof(RegistryTransport).Assembly.GetName().Version?.ToString(3)));
        _failures = new RegistryFailures(registry, () => _isCertificateSeen, () => _authorization?.Credential);
        _authorization = new RegistryAuthorization(registry, repository, options, _failures, Exchange);
    }

    public RegistryFailures Failures => _failures;

    /// <summary>Sends a request and returns the answer, which is a good one or one that the request knows of.</summary>
    /// <exception cref="TransientFault">May be gone at the next attempt.</exception>
    /// <exception cref="EngineException"/>
    public async Task<RegistryResponse> Send(RegistryRequest request, CancellationToken cancel)
    {
        Uri origin = await Origin(cancel);
        var target = new Uri(origin, request.Target);
        if (origin.Scheme == "https" && target.Scheme != "https") throw _failures.RedirectRefused($"{target.Scheme}://{target.Authority} is not encrypted");
        int redirects = 0;
        bool isAnswered = false;
        while (true)
        {
            bool isRegistry = RegistryAddress.IsSameOrigin(target, origin);
            AuthenticationHeaderValue? authorization = isRegistry ? _authorization.Current : null;
            RegistryResponse response = await Exchange(request, target, authorization, cancel);
            try
            {
                if (response.IsSuccess || request.Also.Contains(response.Status))
                {
                    RegistryResponse good = response;
                    response = null!;
                    return good;
                }
                // Another host's challenge is never answered: it would have the registry's password (CVE-2020-15157).
                if (response.Status == HttpStatusCode.Unauthorized && isRegistry && !isAnswered
                    && await _authorization.Answer(origin, response.Challenges, authorization, _actions, cancel)) isAnswered = true;
                else if (IsRedirect(response, request)) target = Next(response, target, ++redirects);
                else throw await _failures.Of(response, request, cancel);
            }
            finally
            {
                response?.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _gate.Dispose();
    }

    private async Task<RegistryResponse> Exchange(RegistryRequest request, Uri target, AuthenticationHeaderValue? authorization, CancellationToken cancel)
    {
        var watch = new StallWatch(_options.OperationTimeout, cancel);
        try
        {
            using HttpRequestMessage message = request.At(target, authorization, watch);
            HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, watch.Token);
            watch.Rest();
            return new RegistryResponse(response, watch, _failures);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            Exception known = _failures.Translate(failure, watch, cancel);
            watch.Dispose();
            throw known;
        }
    }

    private static bool IsRedirect(RegistryResponse response, RegistryRequest request)
        => (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) && response.Location is not null
        && response.Status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private Uri Next(RegistryResponse response, Uri from, int number)
    {
        Uri to = response.Location!;
        if (number > MostRedirects) throw _failures.RedirectRefused($"it has sent on {MostRedirects} times already");
        if (to.Scheme is not ("http" or "https")) throw _failures.RedirectRefused($"'{to.Scheme}' is no way to fetch an image");
        if (to.Scheme == "http" && (from.Scheme == "https" || !(_options.AllowUnencrypted || RegistryAddress.IsOnThisMachine(to))))
            throw _failures.RedirectRefused($"http://{to.Authority} is not encrypted");
        return to;
    }

    // HTTPS, unless plain HTTP is allowed and there is nothing better: whoever shows a certificate, even a bad one, speaks TLS.
    private async Task<Uri> Origin(CancellationToken cancel)
    {
        if (_origin is { } known) return known;
        if (!_address.IsLoopback && !_options.AllowUnencrypted) return _origin = _address.Https;
        await _gate.WaitAsync(cancel);
        try
        {
            if (_origin is not null) return _origin;
            try
            {
                using RegistryResponse any = await Exchange(new RegistryRequest(HttpMethod.Get, "v2/", "its interface"), new Uri(_address.Https, "v2/"), null, cancel);
                return _origin = _address.Https;
            }
            catch (EngineException failure) when (failure.Id == "RegistryNotEncrypted" || (failure.Id == "RegistryUnreachable" && !_address.HasPort))
            {
                return _origin = _address.Http;
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
