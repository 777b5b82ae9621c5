using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using LeadRelay.Telemetry;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Calls trackers, all with one pool of connections: 8 s in all, no redirects, no cookies, no proxy, 16 KB of the answer,
/// and only where <see cref="GuardedConnect"/> lets it.
/// </summary>
/// <param name="limit">For one call, from connecting to the end of the answer; <see cref="Limit"/> unless tests are in a hurry.</param>
public sealed partial class TrackerClient(GuardedConnect connect, TimeProvider time, TimeSpan? limit = null) : IDisposable
{
    /// <summary>For one call, from connecting to the end of the answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private const int ResponseLimit = 16 * 1024;

    /// <summary>Characters; some of an answer may be in it.</summary>
    private const int LongestError = 1_000;

    private readonly TimeSpan limit = limit ?? Limit;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        ConnectCallback = (context, ct) => connect.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct),
        ConnectTimeout = GuardedConnect.Limit,
        // A proxy would connect in the guard's place.
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        // Brotli is unpacked below.
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        MaxResponseHeadersLength = 32,
        // Nothing that comes after the part that is kept.
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
        // Twice as many as a target has slots: a cancelled call leaves its connection behind for a moment.
        MaxConnectionsPerServer = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        // A tracker that closes an idle connection just then has the handler send once more: seldom, if few are idle for long.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        // Our trace ids are nobody else's business, nor are URLs with keys in them that of the traces.
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "LeadRelay/1" }, { "Accept-Encoding", "gzip, deflate, br" } },
    };

    /// <summary>One attempt and all that is known of it; nothing is thrown for what a tracker does.</summary>
    public async Task<TrackerAnswer> SendAsync(PostbackRequest postback)
    {
        var watch = Stopwatch.StartNew();
        using var timeout = new CancellationTokenSource(limit);
        int? status = null;
        var called = false;
        using var text = new MemoryStream();
        using var span = LeadTrace.Source.StartActivity("tracker", ActivityKind.Client);
        span.Say("http.request.method", postback.Method);
        TrackerAnswer Failed(string error, bool forbidden = false) => new(status, text.Length is 0 ? null : BoundedContent.Text(text), error.Length > LongestError ? error[..LongestError] + "…" : error, null, watch.ElapsedMilliseconds, forbidden) { NotCalled = !called };
        try
        {
            using var request = Message(postback);
            called = true;
            span.Say("server.address", request.RequestUri!.Host);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            status = (int)response.StatusCode;
            span.Say("http.response.status_code", status);
            var isBrotli = response.Content.Headers.ContentEncoding.LastOrDefault() is { } coding && coding.Equals("br", StringComparison.OrdinalIgnoreCase);
            await response.Content.ReadUpToAsync(text, ResponseLimit, timeout.Token, isBrotli);
            return new TrackerAnswer(status, BoundedContent.Text(text), null, RetryAfter(response.Headers), watch.ElapsedMilliseconds);
        }
        catch (OperationCanceledException)
        {
            span.Failed("timeout");
            return Failed(timeout.IsCancellationRequested
                ? $"No complete answer within {limit.TotalSeconds} s."
                : $"No connection within {GuardedConnect.Limit.TotalSeconds} s.");
        }
        catch (HttpRequestException e) when (e.InnerException is ForbiddenHostException forbidden)
        {
            span.Failed("forbidden");
            return Failed(forbidden.Message, forbidden: true);
        }
        // Whatever it was, it is what came of this attempt: one that leaves no record cannot be explained to anybody.
        catch (Exception e)
        {
            span.Failed(e);
            return Failed(e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} ({inner.Message})" : e.Message);
        }
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Message(PostbackRequest postback)
    {
        // As it was rendered, to the letter: the usual clean-up of paths and escapes would alter the partner's template.
        var asIs = postback.Url.All(c => c is > ' ' and <= '~');
        var uri = new Uri(WithoutPath().Replace(postback.Url, "$0/"), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = asIs });
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            throw new UriFormatException("The URL should begin with https:// or http://.");
        var message = new HttpRequestMessage(new HttpMethod(postback.Method), uri);
        if (postback.Body is { } body)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (postback.ContentType is { } type)
            Add("Content-Type", type);
        foreach (var (name, value) in postback.Headers)
            Add(name, value);
        return message;

        void Add(string name, string value)
        {
            if (value.AsSpan().ContainsAny('\r', '\n', '\0')
                || !(message.Headers.TryAddWithoutValidation(name, value) || (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value)))
                throw new FormatException($"The header {name} cannot be sent; check its name, and that its value is one line.");
        }
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers) =>
        headers.RetryAfter is not { } after ? null : after.Delta ?? after.Date - (headers.Date ?? time.GetUtcNow());

    /// <summary>A request cannot do without the slash, which the usual clean-up would add.</summary>
    [GeneratedRegex(@"^https?://[^/?#\\]+(?=[?#]|\z)", RegexOptions.IgnoreCase)]
    private static partial Regex WithoutPath();
}

/// <summary>What came back from a tracker.</summary>
/// <param name="HttpStatus">Null when no answer came.</param>
/// <param name="Body">At most 16 KB of it, unpacked; of an answer that broke off what came, null when nothing did.</param>
/// <param name="Error">Why there is no answer, or no complete one.</param>
/// <param name="RetryAfter">What the tracker asks for; negative where it names a time that has passed.</param>
/// <param name="Forbidden">No call was made, and none will be: the host is not to be called.</param>
public sealed record TrackerAnswer(int? HttpStatus, string? Body, string? Error, TimeSpan? RetryAfter, long DurationMs, bool Forbidden = false)
{
    /// <summary>Nobody was called: something of ours is missing.</summary>
    public bool NotCalled { get; init; }

    /// <summary>Whether the host answered as one that works; null when it was not called. An error of its own (500) may be one partner's affair on a host that many share.</summary>
    public bool? IsUp => NotCalled || Forbidden ? null : HttpStatus is not (null or 502 or 503 or 504);
}
