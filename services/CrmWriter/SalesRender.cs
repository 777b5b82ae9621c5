using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LeadRelay.Telemetry;

namespace LeadRelay.CrmWriter;

/// <summary>
/// HTTP as SalesRender speaks it. Makes exactly one call, never repeats one, and tells what is known of it.
/// </summary>
public sealed class SalesRender(TimeProvider time) : IDisposable
{
    private const int ResponseLimit = 1024 * 1024;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        // Shorter than servers keep idle connections: a call that meets a connection being closed would be in doubt.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        MaxConnectionsPerServer = 128,
        // Our trace ids are nobody else's business.
        ActivityHeadersPropagator = null,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="authScheme">Word before the token; null sends the token alone.</param>
    /// <param name="limit">For all of it, from connecting to the end of the answer.</param>
    public async Task<CrmCall> CallAsync(CrmRequest call, string? authScheme, string token, TimeSpan limit, CancellationToken ct)
    {
        var sent = new WatchedContent(call.Document is { } document
            ? JsonSerializer.SerializeToUtf8Bytes(new GraphQlBody(document, call.Variables), CrmJson.Default.GraphQlBody)
            : JsonSerializer.SerializeToUtf8Bytes(call.Variables, CrmJson.Default.JsonObject));
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Endpoint) { Content = sent };
        request.Headers.TryAddWithoutValidation("Authorization", authScheme is null ? token : $"{authScheme} {token}");

        using var span = LeadTrace.Source.StartActivity("SalesRender", ActivityKind.Client);
        span.Say("server.address", call.Endpoint.Host);
        var (at, watch) = (time.GetUtcNow(), Stopwatch.StartNew());
        CrmCall Told(int? status, string? body, string? error, TimeSpan? retryAfter = null) => new(
            new CrmExchange(call.Endpoint.AbsoluteUri, call.Document ?? "", JsonSerializer.SerializeToElement(call.Variables, CrmJson.Default.JsonObject), status, body, error, at, watch.ElapsedMilliseconds),
            sent.Began, retryAfter);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(limit);
        int? status = null;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            status = (int)response.StatusCode;
            span.Say("http.response.status_code", status);
            var body = await response.Content.ReadUpToAsync(ResponseLimit, timeout.Token);
            // Some servers repeat what they were sent; what is told is kept for years.
            return Told(status, body.Replace(token, "***", StringComparison.Ordinal), null, RetryAfter(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            span.Failed("timeout");
            return Told(status, null, $"No complete answer within {limit.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            span.Failed(e);
            return Told(status, null, e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message);
        }
    }

    public void Dispose() => http.Dispose();

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    /// <summary>A body that knows whether sending it was begun: before that, nothing can have happened at the other end.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private readonly byte[] bytes;

        public WatchedContent(byte[] json)
        {
            bytes = json;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public bool Began { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Began = true;
            return stream.WriteAsync(bytes).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}

/// <summary>A GraphQL call as it is sent.</summary>
internal sealed record GraphQlBody(string Query, JsonObject Variables);

/// <summary>What is sent, serialised without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphQlBody))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CrmJson : JsonSerializerContext;

/// <summary>One call to SalesRender and what is known of it.</summary>
/// <param name="Began">Whether any of the request's body can have left; if not, nothing has happened.</param>
/// <param name="RetryAfter">As the answer asked for.</param>
public sealed record CrmCall(CrmExchange Exchange, bool Began, TimeSpan? RetryAfter);
