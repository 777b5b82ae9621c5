using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>A tracker that repeats what it was sent must not carry the secrets in it into what is kept and shown.</summary>
public sealed class PostbackSenderTests : IDisposable
{
    private const string Secret = "s3/cr\"et&key";
    private readonly TrackerClient client = RawTracker.Client();
    private readonly string folder = Directory.CreateTempSubdirectory("sender-").FullName;

    public PostbackSenderTests() => File.WriteAllText(Path.Combine(folder, "key"), Secret);

    public void Dispose()
    {
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public async Task A_secret_that_the_tracker_repeats_is_masked(string contentType)
    {
        await using var tracker = new RawTracker(EchoAsync);
        var template = Builders.Template($"{tracker.Url}/{{file:key}}?c={{click_id}}&token=written-out") with
        {
            Method = "POST", Body = new PostbackBody(contentType, "k={file:key}"), Headers = new Dictionary<string, string> { ["X-Key"] = "{file:key}" },
        };

        var (answer, sent) = await SendAsync(template);

        Assert.Contains("click-7", answer.Body, StringComparison.Ordinal);
        Assert.Contains("***", answer.Body, StringComparison.Ordinal);
        foreach (var form in new[] { Secret, Uri.EscapeDataString(Secret), "cr\\\"et", "cr&quot;et", "s3%2fcr", "written-out" })
        {
            Assert.DoesNotContain(form, answer.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(form, $"{sent.Url} {sent.Body} {string.Join(' ', sent.Headers.Values)}", StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_secret_in_what_was_no_HTTP_is_masked()
    {
        await using var tracker = new RawTracker($"{Secret} is not known here\r\n\r\n");

        var (answer, _) = await SendAsync(Builders.Template($"{tracker.Url}?k={{file:key}}"));

        Assert.Null(answer.HttpStatus);
        Assert.DoesNotContain(Secret, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_secret_calls_nobody_and_says_nothing_about_the_host()
    {
        await using var tracker = new RawTracker();

        var (answer, _) = await SendAsync(Builders.Template($"{tracker.Url}?k={{file:gone}}"));

        Assert.Equal((null, null), (answer.HttpStatus, answer.IsUp));
        Assert.NotNull(answer.Error);
        Assert.Equal(0, await tracker.CountConnectionsAsync());
    }

    private Task<(TrackerAnswer Answer, LeadRelay.Contracts.SentRequest Sent)> SendAsync(PostbackTemplate template)
    {
        RenderedPostback rendered = PostbackRenderer.Render(template, macro => macro is "click_id" ? "click-7" : null);
        return new PostbackSender(client, NullLogger<PostbackSender>.Instance).SendAsync(rendered, folder);
    }

    private static Task EchoAsync(Stream stream, string request, CancellationToken ct)
    {
        var body = $"I do not know: {request}";
        return stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"), ct).AsTask();
    }
}
