using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Registry.Credentials;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>What can go wrong between here and a registry, each as one error with its own id.</summary>
/// <param name="isCertificateSeen">Whether the other side spoke TLS at all.</param>
/// <param name="credential">That which was used, if one was.</param>
internal sealed class RegistryFailures(string registry, Func<bool> isCertificateSeen, Func<RegistryCredential?> credential)
{
    private const int LongestAnswer = 64 * 1024, LongestWords = 300;

    /// <summary>What an exchange broke by, as the exception that is to be thrown.</summary>
    public Exception Translate(Exception failure, StallWatch watch, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return new OperationCanceledException(cancel);
        switch (failure)
        {
            case OperationCanceledException when watch.IsStalled:
                return new TransientFault(TimedOut($"The registry {registry} is silent: nothing has come for {watch.Limit.TotalSeconds:0.#} seconds.", failure)) { IsStall = true };
            case OperationCanceledException:
                return TimedOut($"The registry {registry} does not take a connection in time.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                return Unreachable("there is no host of that name", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }:
                return Unreachable(failure.InnerException?.Message ?? "it takes no connection", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when isCertificateSeen():
                return new EngineException("RegistryCertificateInvalid", Reason.NoPermission, $"The certificate of the registry {registry} is not valid: {Inner<AuthenticationException>(failure)?.Message ?? failure.Message}",
                    "Have its authority trusted by this machine (update-ca-certificates), or give -SkipCertificateCheck if you know whom you talk to.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                return new EngineException("RegistryNotEncrypted", Reason.NotSupported, $"The registry {registry} does not speak TLS.", "Give -AllowUnencrypted if plain HTTP is meant.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }:
                return AnswerInvalid("its headers are too long");
            default:
                return new TransientFault(Failed($"the connection broke off ({failure.InnerException?.Message ?? failure.Message})", failure));
        }
    }

    /// <summary>What an answer that is none of the good ones means.</summary>
    /// <exception cref="TransientFault">Reading it failed.</exception>
    public async Task<Exception> Of(RegistryResponse response, RegistryRequest request, CancellationToken cancel)
    {
        string words = await Words(response, cancel);
        string who = credential() is { } used ? $"The credentials used are {used}." : "No credentials are known: give -Credential, or sign in by docker login or podman login.";
        switch (response.Status)
        {
            case HttpStatusCode.Unauthorized:
                return new EngineException("RegistryUnauthorized", Reason.NoPermission, $"{registry} wants to know who asks for {request.What}{words}.", who + " A repository that does not exist may answer alike.");
            case HttpStatusCode.Forbidden:
                return new EngineException("RegistryForbidden", Reason.NoPermission, $"{registry} does not allow this: {request.What}{words}.", "Ask for access to the repository. " + who);
            case HttpStatusCode.NotFound:
                return new EngineException("ImageNotInRegistry", Reason.NotFound, $"{registry} does not have {request.What}{words}.", "Look at the name and the tag.");
            case HttpStatusCode.TooManyRequests:
                return new TransientFault(new EngineException("RegistryBusy", Reason.Exhausted, $"{registry} has had too many requests{words}.", "Wait a while; many registries allow more to whoever signs in (-Credential)."))
                { Pause = response.RetryAfter };
            case HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout:
                return new TransientFault(Failed($"it answers {(int)response.Status} to {request.What}{words}")) { Pause = response.RetryAfter };
            default:
                return Failed($"it answers {(int)response.Status} to {request.What}{words}");
        }
    }

    public EngineException Failed(string why, Exception? cause = null)
        => new("RegistryFailed", Reason.Failed, $"The registry {registry} failed: {why}.", "Try again later; if it stays so, its keeper has to look.", cause);

    public EngineException AnswerInvalid(string why)
        => new("RegistryAnswerInvalid", Reason.Corrupt, $"{registry} does not answer as a registry does: {why}.", "Look at the address: a web site or a proxy may answer in its place.");

    public EngineException RedirectRefused(string why)
        => new("RegistryRedirectRefused", Reason.NoPermission, $"{registry} sends elsewhere, and that is not followed: {why}.", "Its keeper has to put that right.");

    private EngineException Unreachable(string why, Exception cause)
        => new("RegistryUnreachable", Reason.NotFound, $"The registry {registry} can't be reached: {why}.", "Look at the name, the port and the network.", cause);

    private static EngineException TimedOut(string message, Exception cause)
        => new("RegistryTimedOut", Reason.TimedOut, message, "Try again later, or give more time (-OperationTimeoutSeconds, -ConnectionTimeoutSeconds).", cause);

    // {"errors": [{"code": "DENIED", "message": "…"}]} (distribution-spec, error codes). A stranger's words: bounded, printable, and
    // left out where they repeat a secret.
    private async Task<string> Words(RegistryResponse response, CancellationToken cancel)
    {
        try
        {
            if (await response.ReadAll(LongestAnswer, cancel) is not { Length: > 0 } content) return "";
            using JsonDocument document = JsonDocument.Parse(content);
            JsonElement error = document.RootElement.GetProperty("errors")[0];
            string words = Printable.Of($"{error.Text("code")}: {error.Text("message")}");
            if (words.Length > LongestWords) words = words[..LongestWords] + "…";
            return credential()?.IsIn(words) == true ? "" : $" ({words.TrimEnd('.', ' ', ':')})";
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return "";
        }
    }

    private static T? Inner<T>(Exception? failure) where T : Exception
    {
        while (failure is not (null or T)) failure = failure.InnerException;
        return failure as T;
    }
}
