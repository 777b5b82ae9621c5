using System.Net;
using System.Text;
using LeadRelay.Relayctl;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>What <c>relayctl</c> says, and its exit code, of what an operators' API answers or leaves unanswered.</summary>
public sealed class OutcomesTests : IDisposable
{
    private const string Job = """{"job_id":"j1","kind":"remap","state":"STATE","dry_run":false,"looked":1,"done":1,"refused":0,"what":"all"}""";

    public void Dispose() => Set(null, null);

    [Theory]
    [InlineData(200, Job, "done", 0)]
    [InlineData(200, Job, "cancelled", 1)]
    [InlineData(500, "", "", 3)]
    [InlineData(401, """{"detail":"Send the token."}""", "", 3)]
    public async Task A_job_that_was_taken_on_is_watched_to_its_end(int status, string body, string state, int expected)
    {
        using var api = new Answers((202, Job.Replace("STATE", "running", StringComparison.Ordinal)), (status, body.Replace("STATE", state, StringComparison.Ordinal)));
        Set(api.Url, "token");

        var (code, output, errors) = await RunAsync("postbacks", "remap", "demo");

        Assert.Equal(expected, code);
        Assert.Contains("j1", expected is 3 ? errors : output, StringComparison.Ordinal);
        Assert.Equal(expected is 3, errors.Contains("./relayctl postbacks jobs j1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(503, """{"title":"no answer in time","detail":"It may still be done."}""", 3)]
    [InlineData(502, "<html>", 3)]
    [InlineData(202, "", 3)]
    [InlineData(503, """{"title":"nothing was sent","detail":"Nothing was sent."}""", 1)]
    [InlineData(422, """{"title":"not understood","detail":"Say which."}""", 1)]
    public async Task An_order_of_which_nobody_knows_whether_it_was_done_is_not_called_undone(int status, string body, int expected)
    {
        using var api = new Answers((status, body));
        Set(api.Url, "token");

        Assert.Equal(expected, (await RunAsync("postbacks", "cancel", "d1")).Code);
    }

    [Theory]
    [InlineData("ops-host:8083", "token", "http://ops-host:8083")]
    [InlineData("ops-host", "token", "http://ops-host:8083")]
    [InlineData(null, " ", "Operator__Token is not set")]
    [InlineData(null, "töken", "cannot be sent")]
    [InlineData(null, "to\nken", "cannot be sent")]
    public async Task Settings_that_cannot_be_used_are_a_sentence(string? url, string token, string expected)
    {
        Set(url, token);

        var (code, _, errors) = await RunAsync("postbacks", "list");

        Assert.Equal(1, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task White_space_around_the_token_is_not_of_it_and_an_order_that_reached_nobody_is_not_done()
    {
        using var api = new Answers((200, """{"postbacks":[]}"""));
        Set(api.Url, " token\n");
        Assert.Equal(0, (await RunAsync("postbacks", "list")).Code);
        Assert.Equal("Bearer token", Assert.Single(api.Tokens));
        api.Dispose();
        Assert.Equal(1, (await RunAsync("postbacks", "cancel", "d1")).Code);
    }

    private static void Set(string? url, string? token)
    {
        Environment.SetEnvironmentVariable("PostbackDispatcher__Url", url);
        Environment.SetEnvironmentVariable("Operator__Token", token);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] command)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await new Cli("config", "production", output, errors).RunAsync(command);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Gives these answers, one after the other.</summary>
    private sealed class Answers : IDisposable
    {
        private readonly HttpListener listener = new();

        public Answers(params (int Status, string Body)[] answers)
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            listener.Prefixes.Add(Url);
            listener.Start();
            _ = ServeAsync(answers);
        }

        public string Url { get; }

        public List<string?> Tokens { get; } = [];

        public void Dispose() => ((IDisposable)listener).Dispose();

        private async Task ServeAsync((int Status, string Body)[] answers)
        {
            foreach (var (status, body) in answers)
            {
                var context = await listener.GetContextAsync();
                Tokens.Add(context.Request.Headers["Authorization"]);
                (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
            }
        }
    }
}
