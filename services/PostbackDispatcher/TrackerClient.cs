using System.Diagnostics;
using System.Text;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Calls trackers: one GET, 8 s in all, no redirects, no cookies, 16 KB of the answer.</summary>
public sealed class TrackerClient : IDisposable
{
    /// <summary>For one call, from connecting to the end of the answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private const int ResponseLimit = 16 * 1024;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(3),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "LeadRelay/1" } },
    };

    /// <summary>One attempt and all that is known of it; nothing is thrown for what a tracker does.</summary>
    public async Task<TrackerAnswer> SendAsync(PostbackRequest request)
    {
        var url = request.Url;
        var watch = Stopwatch.StartNew();
        using var timeout = new CancellationTokenSource(Limit);
        try
        {
            // As it was rendered, to the letter: the usual clean-up of paths and escapes would alter the partner's template.
            var canonical = url.Any(c => c is <= ' ' or > '~');
            var uri = new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = !canonical });
            using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var body = await response.Content.ReadUpToAsync(ResponseLimit, timeout.Token);
            var after = response.Headers.RetryAfter;
            return new TrackerAnswer((int)response.StatusCode, body, null, after?.Delta ?? (after?.Date is { } date ? date - response.Headers.Date : null), watch.ElapsedMilliseconds);
        }
        catch (OperationCanceledException)
        {
            return new TrackerAnswer(null, null, $"No complete answer within {Limit.TotalSeconds} s.", null, watch.ElapsedMilliseconds);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            return new TrackerAnswer(null, null, e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message, null, watch.ElapsedMilliseconds);
        }
    }

    public void Dispose() => http.Dispose();
}

/// <summary>What came back from a tracker.</summary>
public sealed record TrackerAnswer(int? HttpStatus, string? Body, string? Error, TimeSpan? RetryAfter, long DurationMs)
{
    /// <summary>Nobody was called: something of ours is missing.</summary>
    public bool NotCalled { get; init; }

    /// <summary>Whether the host answered as one that works; null when it was not called.</summary>
    public bool? IsUp => NotCalled ? null : HttpStatus is < 500;
}

