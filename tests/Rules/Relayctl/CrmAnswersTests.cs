using System.Text.Json.Nodes;
using LeadRelay.Relayctl;
using LeadRelay.Sandbox;
using LeadRelay.Sandbox.GraphQl;
using LeadRelay.Tests.Rules.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>What the <c>crm</c> commands ask, and what they make of answers that are none.</summary>
public sealed class CrmAnswersTests : IDisposable
{
    private const string Token = "canary-token";

    private readonly CopyOfSamples folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_document_is_valid()
    {
        var artifacts = Directory.CreateDirectory(Path.Combine(Samples.Folder, "../artifacts/graphql")).FullName;
        foreach (var (name, document, variables) in new[]
        {
            ("input", CrmQueries.Input, CrmQueries.ForInput("AddOrderInput")),
            ("statuses", CrmQueries.Statuses, CrmQueries.ForStatuses(archived: true)),
            ("fields", CrmQueries.Fields, []),
        })
        {
            var exchange = new JsonObject { ["document"] = document, ["variables"] = variables };
            // For graphql-js to judge (tests/node).
            File.WriteAllText(Path.Combine(artifacts, $"relayctl-{name}.json"), exchange.ToJsonString());
            Assert.Empty(Validator.Check(SalesRenderSchema.Crm, DocumentParser.Parse(document)));
        }
    }

    [Theory]
    [InlineData(401, """{"errors":[{"message":"canary-token is not known"}]}""", "SalesRender refuses the token that file:secrets/sandbox-token has (HTTP 401); put the company's CRM token there: [token] is not known")]
    [InlineData(302, "", "points to another address (HTTP 302)")]
    [InlineData(404, "<html>", "does not exist (HTTP 404)")]
    [InlineData(503, "", "answers HTTP 503")]
    [InlineData(200, """{"errors":[{"message":"one\u001b[2J\ntwo"},{"extensions":{"code":"ERR_X"}}]}""", "SalesRender refuses the question: one [2J two ERR_X")]
    [InlineData(200, "<html>", "not as SalesRender does")]
    [InlineData(200, """{"data":{},"data":{}}""", "not as SalesRender does")]
    [InlineData(500, """{"errors":[{"message":"\ud800"}]}""", "127.0.0.1")]
    [InlineData(200, "[]", "not as SalesRender does")]
    [InlineData(200, """{"data":{"statusesFetcher":{"statuses":7}}}""", "not as SalesRender does")]
    [InlineData(200, """{"data":{"statusesFetcher":[]}}""", "not as SalesRender does")]
    [InlineData(200, null, "is longer than 1024 KB")]
    public async Task An_answer_that_is_none_is_a_sentence_without_the_token(int status, string? body, string says)
    {
        await using var crm = await StartAsync(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = status is 302 ? "http://127.0.0.1:9/" : default;
            await http.Response.WriteAsync(body ?? $"{{\"data\":\"{new string('x', 2_000_000)}\"}}");
        });
        var (code, output, errors) = await folder.RunAsync("crm statuses sandbox");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));

        (code, output, errors) = await folder.RunAsync("crm check sandbox");
        Assert.Equal(1, code);
        Assert.Contains("FAULT  statuses: Not checked. ", output, StringComparison.Ordinal);
        Assert.Contains("FAULT  AddOrderInput", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_waited_for_as_long_as_the_connection_says()
    {
        await using var crm = await StartAsync(http => Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted), timeLimitSeconds: 1);
        var (code, _, errors) = await folder.RunAsync("crm check sandbox");
        Assert.Equal(1, code);
        Assert.Contains("gave no complete answer within 1 s.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_schema_is_asked_for_without_the_token()
    {
        var calls = new List<(string Token, bool AsksSchema)>();
        await using var crm = await StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            calls.Add((http.Request.Headers.Authorization.ToString(), (await reader.ReadToEndAsync()).Contains("__type(", StringComparison.Ordinal)));
            await http.Response.WriteAsync("{}");
        });
        await folder.RunAsync("crm check sandbox");
        Assert.Equal([(Token, false), ("", true)], calls.Distinct());
    }

    [Theory]
    [InlineData("", "is empty. Set it here")]
    [InlineData("two\nlines", "cannot be a token")]
    public async Task A_token_that_is_none_is_not_sent(string token, string says)
    {
        await using var crm = await StartAsync(_ => throw new InvalidOperationException("Nothing was to be asked."));
        folder.Write("secrets/sandbox-token", token);
        Assert.Contains(says, (await folder.RunAsync("crm statuses sandbox")).Errors, StringComparison.Ordinal);
    }

    /// <summary>Starts what plays SalesRender, and points the connection there.</summary>
    private async Task<WebApplication> StartAsync(RequestDelegate answer, int timeLimitSeconds = 20)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var crm = builder.Build();
        crm.Run(answer);
        await crm.StartAsync();
        folder.Write("secrets/sandbox-token", Token);
        folder.Write("connections/sandbox.json", folder.Read("connections/sandbox.json")
            .Replace("http://127.0.0.1:8090", crm.Urls.Single(), StringComparison.Ordinal)
            .Replace("\"token\"", $"\"time_limit_seconds\": {timeLimitSeconds}, \"token\"", StringComparison.Ordinal));
        return crm;
    }
}
