using System.Net.Http.Headers;

namespace LeadRelay.Bare;

/// <summary>Calls servers, each so many times at once, until it is stopped: as many calls as can be had with an HttpClient.</summary>
internal static class Caller
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <param name="urls">With <c>{n}</c> where each call's own number goes.</param>
    /// <param name="atOnce">Calls at once to each.</param>
    /// <param name="bodyFile">What to POST; without it they are GETs.</param>
    /// <param name="token">As the Authorization header.</param>
    public static async Task RunAsync(string[] urls, int atOnce, string? bodyFile, string? token)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        var body = bodyFile is null ? null : await File.ReadAllBytesAsync(bodyFile);
        var number = 0;
        await Task.WhenAll(urls.SelectMany(url => Enumerable.Repeat(url, atOnce)).Select(url => Task.Run(async () =>
        {
            while (true)
            {
                var uri = new Uri(url.Replace("{n}", $"{Interlocked.Increment(ref number)}", StringComparison.Ordinal));
                using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, uri);
                if (body is not null)
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
                if (token is not null)
                    request.Headers.TryAddWithoutValidation("Authorization", token);
                using var response = await http.SendAsync(request, CancellationToken.None);
                response.EnsureSuccessStatusCode();
                await response.Content.CopyToAsync(Stream.Null);
            }
        })));
    }
}
