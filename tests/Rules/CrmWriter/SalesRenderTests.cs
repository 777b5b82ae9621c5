using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>One call, made once, against a server that answers with the bytes it was given.</summary>
public sealed class SalesRenderTests : IDisposable
{
    private const string Token = "crm-token-4711";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly SalesRender crm = new(TimeProvider.System);
    private readonly List<string> requests = [];

    public SalesRenderTests() => listener.Start();

    public void Dispose()
    {
        listener.Dispose();
        crm.Dispose();
    }

    [Fact]
    public async Task An_answer_that_repeats_the_token_is_told_without_it()
    {
        var call = await CallAsync("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n{\"errors\":[{\"message\":\"" + Token + " is no token\"}]}");

        Assert.Equal("""{"errors":[{"message":"*** is no token"}]}""", call.Exchange.Response);
        Assert.Contains($"Authorization: {Token}", Assert.Single(requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", typeof(CrmOutcome.Refused))]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", typeof(CrmOutcome.InDoubt))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":", typeof(CrmOutcome.InDoubt))]
    [InlineData("HTTP/1.1 200 O", typeof(CrmOutcome.InDoubt))]
    [InlineData("not HTTP at all\r\n\r\n", typeof(CrmOutcome.InDoubt))]
    [InlineData("", typeof(CrmOutcome.InDoubt))]
    public async Task A_call_is_made_once_whatever_the_answer(string answer, Type outcome)
    {
        var call = await CallAsync(answer);

        Assert.True(call.Began);
        Assert.IsType(outcome, CrmOutcome.Of(call, "data.orderMutation.addOrder.id"));
        Assert.Single(requests);
        // Only one connection is ever taken; a second call would wait to be.
        Assert.False(listener.Pending(), "It called again.");
    }

    [Fact]
    public async Task An_endless_answer_is_cut_at_a_megabyte()
    {
        var call = await CallAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + new string('x', 3 * 1024 * 1024));

        Assert.True(call.Exchange.Response is null or { Length: <= 1024 * 1024 });
        Assert.IsType<CrmOutcome.InDoubt>(CrmOutcome.Of(call, "id"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://nowhere.invalid/")]
    public async Task Whoever_is_not_reached_was_sent_nothing(string address)
    {
        var call = await crm.CallAsync(Request(new Uri(address)), null, Token, Limit, CancellationToken.None);

        Assert.False(call.Began);
        Assert.True(Assert.IsType<CrmOutcome.NothingSent>(CrmOutcome.Of(call, "id")).IsDown);
    }

    [Fact]
    public async Task A_server_without_TLS_behind_https_was_sent_nothing()
    {
        var serving = ServeAsync("HTTP/1.1 400 Bad\r\n\r\n");
        var call = await crm.CallAsync(Request(new UriBuilder(Address()) { Scheme = "https" }.Uri), null, Token, Limit, CancellationToken.None);
        await serving;

        Assert.False(call.Began);
    }

    private async Task<CrmCall> CallAsync(string answer)
    {
        var serving = ServeAsync(answer);
        var call = await crm.CallAsync(Request(Address()), null, Token, Limit, CancellationToken.None);
        await serving;
        return call;
    }

    private Uri Address() => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    private static CrmRequest Request(Uri address) => new(address, null, Documents.AddOrder, new JsonObject { ["input"] = new JsonObject() }, "id");

    /// <summary>Takes one connection, reads what comes, answers, and hangs up.</summary>
    private async Task ServeAsync(string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var buffer = new byte[16 * 1024];
        try
        {
            var text = new StringBuilder();
            // The body is the last thing that comes, and ends with its brace.
            do
                text.Append(Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer)));
            while (text.Length > 0 && text[0] is 'P' && text[^1] is not '}');
            requests.Add(text.ToString());
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        }
        catch (IOException) { } // the caller has heard enough
    }
}
