using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PSContainer.Tests.Unit.Registry;

internal sealed record FakeRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");
}

/// <summary>What a server says, or does in place of it.</summary>
internal sealed record FakeAnswer(int Status, byte[]? Body = null, params (string Name, string Value)[] Headers)
{
    public static FakeAnswer Hangs { get; } = new(0);

    /// <summary>Says that there is more than comes, and hangs up.</summary>
    public long? Announced { get; init; }

    /// <summary>With more announced than comes, it does not hang up.</summary>
    public bool IsHeldOpen { get; init; }

    /// <summary>Sends the body again and again, as many bytes as this, with no length announced.</summary>
    public long? Endless { get; init; }
}

/// <summary>An HTTP server by hand, since what it has to do wrong no real one does.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<FakeRequest, FakeAnswer> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly List<FakeRequest> _requests = [];

    /// <param name="answer">Called on several threads.</param>
    /// <param name="address">Another one on this machine makes it another host.</param>
    public FakeServer(Func<FakeRequest, FakeAnswer> answer, bool tls = false, string address = "127.0.0.1")
    {
        _answer = answer;
        _certificate = tls ? Certificate() : null;
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        Authority = $"{address}:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Authority { get; }

    public string Address => (_certificate is null ? "http://" : "https://") + Authority;

    public FakeRequest[] Requests
    {
        get { lock (_requests) return [.. _requests]; }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception disposed) when (disposed is SocketException or InvalidOperationException)
        {
            // Disposed of: the listener says it in one of the two ways, as it was waiting or just about to.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                using Stream stream = Open(client);
                while (Read(stream) is { } request)
                {
                    lock (_requests) _requests.Add(request);
                    FakeAnswer answer = _answer(request);
                    if (ReferenceEquals(answer, FakeAnswer.Hangs)) _end.Token.WaitHandle.WaitOne();
                    if (_end.IsCancellationRequested) return;
                    bool isOver = !Write(stream, request, answer);
                    if (answer.IsHeldOpen) _end.Token.WaitHandle.WaitOne();
                    if (isOver) return;
                }
            }
            catch (Exception gone) when (gone is IOException or SocketException or InvalidOperationException or AuthenticationException)
            {
                // The client has hung up.
            }
        }
    }

    private Stream Open(TcpClient client)
    {
        if (_certificate is null) return client.GetStream();
        var secured = new SslStream(client.GetStream());
        secured.AuthenticateAsServer(_certificate);
        return secured;
    }

    private static FakeRequest? Read(Stream stream)
    {
        string[] start = Line(stream)?.Split(' ') ?? [];
        // A TLS greeting is none.
        if (start is not [var method, var target, "HTTP/1.1"]) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (Line(stream) is { Length: > 0 } line) headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        byte[] body = new byte[headers.TryGetValue("Content-Length", out string? length) ? int.Parse(length) : 0];
        if (headers.ContainsKey("Expect")) stream.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        stream.ReadExactly(body);
        string[] parts = target.Split('?', 2);
        return new FakeRequest(method, Uri.UnescapeDataString(parts[0]), parts.ElementAtOrDefault(1) ?? "", headers, body);
    }

    private static bool Write(Stream stream, FakeRequest request, FakeAnswer answer)
    {
        byte[] body = answer.Body ?? [];
        var head = new StringBuilder($"HTTP/1.1 {answer.Status} Whatever\r\n");
        if (answer.Endless is null) head.Append($"Content-Length: {answer.Announced ?? body.Length}\r\n");
        else head.Append("Connection: close\r\n");
        foreach ((string name, string value) in answer.Headers) head.Append($"{name}: {value}\r\n");
        stream.Write(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method == "HEAD") return true;
        for (long left = answer.Endless ?? body.Length; left > 0; left -= body.Length) stream.Write(body);
        stream.Flush();
        return answer is { Announced: null, Endless: null };
    }

    private static string? Line(Stream stream)
    {
        var line = new StringBuilder();
        for (int b; (b = stream.ReadByte()) >= 0;)
        {
            if (b == '\n') return line.ToString().TrimEnd('\r');
            if (b is 0x16 or 0 || line.Length > 8192) return null;
            line.Append((char)b);
        }
        return null;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 made = new CertificateRequest("CN=registry.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
