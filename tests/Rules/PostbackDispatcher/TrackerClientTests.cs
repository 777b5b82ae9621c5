using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>One call to a tracker, as it goes over the wire.</summary>
public sealed class TrackerClientTests : IDisposable
{
    private readonly TrackerClient client = RawTracker.Client();

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData("/postback?Sub=AbC%2f%2F&x=%41~", "/postback?Sub=AbC%2f%2F&x=%41~")]
    [InlineData("/a/../b//c/./?s=1", "/a/../b//c/./?s=1")]
    [InlineData("/Key_X%7e/p?a={b}&c=[d]|e", "/Key_X%7e/p?a={b}&c=[d]|e")]
    [InlineData("?cid=1", "/?cid=1")]
    [InlineData("", "/")]
    [InlineData("/постбэк?q=ё", "/%D0%BF%D0%BE%D1%81%D1%82%D0%B1%D1%8D%D0%BA?q=%D1%91")]
    [InlineData("/a?b=1 HTTP/1.1\r\nX-Injected: 1\r\n\r\n", "/a?b=1%20HTTP/1.1%0D%0AX-Injected:%201")]
    public async Task A_URL_is_sent_to_the_letter(string rest, string expected)
    {
        await using var tracker = new RawTracker();

        var answer = await client.SendAsync(RawTracker.Get($"http://127.0.0.1:{tracker.Port}{rest}"));

        Assert.Equal((200, "OK", null), (answer.HttpStatus, answer.Body, answer.Error));
        Assert.StartsWith($"GET {expected} HTTP/1.1\r\n", Assert.Single(tracker.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nX-Injected", tracker.Requests.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_the_request_and_what_every_call_carries_is_sent()
    {
        await using var tracker = new RawTracker();

        await client.SendAsync(RawTracker.Get(tracker.Url));

        Assert.Equal($"GET /postback HTTP/1.1\r\nHost: 127.0.0.1:{tracker.Port}\r\nUser-Agent: LeadRelay/1\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n", Assert.Single(tracker.Requests));
    }

    [Theory]
    [InlineData("application/json", "{\"subid\":\"Ä\",\"status\":\"Approve\"}")]
    [InlineData("application/x-www-form-urlencoded;Charset=UTF-8", "a=1&b=%2f")]
    [InlineData("text/plain", "")]
    [InlineData("strange, but /theirs", "x")]
    public async Task A_POST_arrives_to_the_letter(string type, string body)
    {
        await using var tracker = new RawTracker();
        var headers = new Dictionary<string, string> { ["x-Api-KEY"] = "s3cret==", ["Authorization"] = "Odd scheme, odd value", ["X-Name"] = "Ärger", ["Content-Language"] = "de" };

        var answer = await client.SendAsync(new PostbackRequest("POST", tracker.Url, headers, type, body));

        Assert.Equal(200, answer.HttpStatus);
        var request = Assert.Single(tracker.Requests);
        Assert.StartsWith("POST /postback HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\n{body}", request, StringComparison.Ordinal);
        string[] lines = [$"Content-Type: {type}", $"Content-Length: {Encoding.UTF8.GetByteCount(body)}", "x-Api-KEY: s3cret==", "Authorization: Odd scheme, odd value", "Content-Language: de"];
        Assert.All(lines, line => Assert.Contains($"\r\n{line}\r\n", request, StringComparison.Ordinal));
        Assert.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("X-Name: Ärger")), request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Two", "a\r\nX-Injected: 1")]
    [InlineData("X-Two", "a\nb")]
    [InlineData("X-Two", "a\0b")]
    [InlineData("X Two", "a")]
    [InlineData("", "a")]
    [InlineData("X:Two", "a")]
    public async Task A_header_that_cannot_be_sent_as_it_is_is_not_left_out_silently(string name, string value)
    {
        await using var tracker = new RawTracker();

        var answer = await client.SendAsync(RawTracker.Get(tracker.Url) with { Headers = new Dictionary<string, string> { [name] = value } });

        Assert.Contains("header", answer.Error, StringComparison.Ordinal);
        Assert.Empty(tracker.Requests);
    }

    [Theory]
    [InlineData(301), InlineData(302), InlineData(303), InlineData(307), InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = new RawTracker();
        await using var tracker = new RawTracker($"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(status, (await client.SendAsync(RawTracker.Get(tracker.Url))).HttpStatus);
        Assert.Equal(0, await elsewhere.CountConnectionsAsync());
    }

    [Fact]
    public async Task A_cookie_is_not_sent_back()
    {
        await using var tracker = new RawTracker("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n");

        for (var i = 0; i < 2; i++)
            await client.SendAsync(RawTracker.Get(tracker.Url));

        Assert.Equal(2, tracker.Requests.Count);
        Assert.All(tracker.Requests, request => Assert.DoesNotContain("Cookie", request, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("gzip"), InlineData("deflate"), InlineData("br"), InlineData("BR")]
    public async Task A_packed_answer_is_read_unpacked_and_cut(string coding)
    {
        foreach (var text in (string[])["", "success=false; err_msg=Ä", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i * 7919 % 1000} "))])
        {
            var packed = Pack(coding, Encoding.UTF8.GetBytes(text));
            await using var tracker = new RawTracker($"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {packed.Length}\r\n\r\n{Encoding.Latin1.GetString(packed)}");

            var answer = await client.SendAsync(RawTracker.Get(tracker.Url));

            Assert.Null(answer.Error);
            Assert.Equal(text[..Math.Min(text.Length, 16 * 1024)], answer.Body);
        }
    }

    [Fact]
    public void The_beginning_of_a_brotli_answer_is_the_same_in_a_smaller_window()
    {
        var random = new Random(1);
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1500).Select(_ => $"the tracker {random.Next(5)} postback ")));
        Assert.All(from quality in (int[])[0, 1, 5, 9, 11] from window in Enumerable.Range(10, 15) select (quality, window), c =>
        {
            var packed = new byte[text.Length + 1024];
            Assert.True(BrotliEncoder.TryCompress(text, packed, out var length, c.quality, c.window));
            using var content = new ByteArrayContent(packed, 0, length);
            Assert.Equal(Encoding.ASCII.GetString(text, 0, 16 * 1024), content.ReadUpToAsync(16 * 1024, CancellationToken.None, isBrotli: true).Result);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task Of_a_long_answer_16_KB_are_kept(string header)
    {
        var text = new string('x', 100_000);
        await using var tracker = new RawTracker($"HTTP/1.1 200 OK\r\n{header}\r\n{(header is "" ? text : $"186A0\r\n{text}\r\n0\r\n\r\n")}", closes: true);

        var answer = await client.SendAsync(RawTracker.Get(tracker.Url));

        Assert.Equal((200, text[..(16 * 1024)]), (answer.HttpStatus, answer.Body));
    }

    [Fact]
    public async Task What_is_no_text_can_be_kept_all_the_same()
    {
        var bytes = Encoding.Latin1.GetString([.. Enumerable.Range(0, 256).Select(i => (byte)i), 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0]);
        await using var tracker = new RawTracker($"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=no-such\r\nContent-Length: {bytes.Length}\r\n\r\n{bytes}");

        var body = (await client.SendAsync(RawTracker.Get(tracker.Url))).Body!;

        Assert.DoesNotContain('\0', body);
        Assert.DoesNotContain(body, char.IsSurrogate);
        Assert.Equal(body, JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(body)));
        Assert.Equal(body, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Encoding.UTF8.GetBytes(body)));
    }

    [Theory]
    [InlineData("Retry-After: 120\r\n", 120)]
    [InlineData("Retry-After: 0\r\n", 0)]
    [InlineData("Retry-After: Wed, 04 Mar 2026 05:10:00 GMT\r\nDate: Wed, 04 Mar 2026 05:00:00 GMT\r\n", 600)]
    [InlineData("Retry-After: Wed, 04 Mar 2026 05:10:00 GMT\r\n", 300)]
    [InlineData("Retry-After: Wed, 04 Mar 2026 04:00:00 GMT\r\n", -3900)]
    [InlineData("Retry-After: soon\r\n", null)]
    [InlineData("Retry-After: -5\r\n", null)]
    [InlineData("", null)]
    public async Task Retry_After_is_read_in_both_forms(string headers, int? seconds)
    {
        using var at = RawTracker.Client(time: new Clock(new DateTimeOffset(2026, 3, 4, 5, 5, 0, TimeSpan.Zero)));
        await using var tracker = new RawTracker($"HTTP/1.1 429 Slow down\r\n{headers}Content-Length: 0\r\n\r\n");

        Assert.Equal(seconds, (await at.SendAsync(RawTracker.Get(tracker.Url))).RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("GET", "http://127.0.0.1:1/", "refused")]
    [InlineData("GET", "not a url", "URI")]
    [InlineData("GET", "/postback", "https://")]
    [InlineData("GET", "ftp://127.0.0.1/", "https://")]
    [InlineData("GET", "file:///etc/passwd", "https://")]
    [InlineData("GET", "ws://127.0.0.1/", "https://")]
    [InlineData("GET", "http://", "URI")]
    [InlineData("GET", "http://a:99999/", "URI")]
    [InlineData("G E T", "http://127.0.0.1:1/", "method")]
    public async Task What_cannot_be_called_is_an_answer_with_a_sentence(string method, string url, string says)
    {
        var answer = await client.SendAsync(new PostbackRequest(method, url, new Dictionary<string, string>(), null, null));

        Assert.Equal((null, false), (answer.HttpStatus, answer.Forbidden));
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 200, "half")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nthis is not gzip", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nthis is not brotli", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\nthis is not deflate", 200)]
    [InlineData("HTTP/1.1 200 O", null)]
    [InlineData("HTTP/9.9 200 OK\r\n\r\n", null)]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", null)]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", null)]
    [InlineData("", null)]
    public async Task A_broken_answer_is_what_came_of_it_with_a_sentence(string bytes, int? status, string? body = null)
    {
        await using var tracker = new RawTracker(bytes, closes: true);

        var answer = await client.SendAsync(RawTracker.Get(tracker.Url));

        Assert.Equal((status, body), (answer.HttpStatus, answer.Body));
        Assert.False(string.IsNullOrWhiteSpace(answer.Error));
    }

    [Fact]
    public async Task Where_a_host_that_is_let_through_lives_is_not_told()
    {
        using var own = new TrackerClient(
            new GuardedConnect(() => Networks.Parse("Postbacks__AllowNetworks", "127.0.0.0/8"), NullLogger<GuardedConnect>.Instance, (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.9") })),
            TimeProvider.System);

        var answer = await own.SendAsync(RawTracker.Get("http://tracker.example:1/"));

        Assert.Equal("Connection refused (tracker.example:1)", answer.Error);
    }

    private static byte[] Pack(string coding, byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (Stream packing = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
            packing.Write(bytes);
        return packed.ToArray();
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
