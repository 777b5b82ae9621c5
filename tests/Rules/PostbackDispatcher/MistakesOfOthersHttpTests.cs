using LeadRelay.Configuration;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Mistakes seen in other systems, as far as the call itself goes; each is named for what it was there.</summary>
public sealed class MistakesOfOthersHttpTests : IDisposable
{
    private readonly TrackerClient client = RawTracker.Client();

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task New_client_per_call__here_one_connection_serves_call_after_call()
    {
        string[] answers =
        [
            RawTracker.Ok,
            "HTTP/1.1 404 Not found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n",
        ];
        foreach (var answer in answers)
        {
            await using var tracker = new RawTracker(answer);
            for (var i = 0; i < 20; i++)
                Assert.Null((await client.SendAsync(RawTracker.Get(tracker.Url))).Error);
            Assert.Equal(20, tracker.Requests.Count);
            Assert.Equal(1, await tracker.CountConnectionsAsync());
        }
    }

    [Theory]
    [InlineData(200), InlineData(201), InlineData(202), InlineData(204), InlineData(206), InlineData(299)]
    public async Task Only_status_200_counts__here_every_2xx_does(int status)
    {
        await using var tracker = new RawTracker($"HTTP/1.1 {status} Fine\r\n{(status is 204 ? "" : "Content-Length: 0\r\n")}\r\n");

        Assert.True((await VerdictOfAsync(RawTracker.Get(tracker.Url))).Delivered);
    }

    [Fact]
    public async Task POST_sends_an_empty_body__here_it_sends_the_body()
    {
        await using var tracker = new RawTracker();

        await client.SendAsync(new PostbackRequest("POST", tracker.Url, new Dictionary<string, string>(), "application/json", """{"click":"c77"}"""));

        Assert.EndsWith("\r\n\r\n{\"click\":\"c77\"}", Assert.Single(tracker.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_URL_in_lower_case__here_it_is_sent_as_it_is()
    {
        await using var tracker = new RawTracker();

        await client.SendAsync(RawTracker.Get($"{tracker.Url}/aBcKEY?SubId=XyZ&type=Deposit"));

        Assert.StartsWith("GET /postback/aBcKEY?SubId=XyZ&type=Deposit HTTP/1.1", Assert.Single(tracker.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_429_is_final__here_it_is_tried_again_when_the_tracker_says()
    {
        await using var tracker = new RawTracker("HTTP/1.1 429 Slow down\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(TimeSpan.FromSeconds(90), (await VerdictOfAsync(RawTracker.Get(tracker.Url))).RetryIn);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/"), InlineData("http://nowhere.invalid/"), InlineData("http://[::1/"), InlineData("mailto:a@b"), InlineData(""), InlineData("https://127.0.0.1:1/")]
    public async Task A_call_that_throws_writes_no_row__here_it_is_an_answer_with_a_reason(string url)
    {
        var verdict = await VerdictOfAsync(RawTracker.Get(url));

        Assert.False(verdict.Delivered);
        Assert.False(string.IsNullOrWhiteSpace(verdict.Reason));
    }

    [Fact]
    public async Task No_guard_against_calls_into_the_own_network__here_there_is_one_unless_it_is_told_otherwise()
    {
        await using var tracker = new RawTracker();
        using var asInstalled = new TrackerClient(new GuardedConnect(() => [], NullLogger<GuardedConnect>.Instance), TimeProvider.System);

        var verdict = Verdict.Of(await asInstalled.SendAsync(RawTracker.Get(tracker.Url)), AnswerRules.None, 1, TimeSpan.Zero, 0.5);

        Assert.Equal((false, null), (verdict.Delivered, verdict.RetryIn));
        Assert.Contains("Postbacks__AllowNetworks", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(0, await tracker.CountConnectionsAsync());
    }

    private async Task<Verdict> VerdictOfAsync(PostbackRequest request) => Verdict.Of(await client.SendAsync(request), AnswerRules.None, 1, TimeSpan.Zero, 0.5);
}
