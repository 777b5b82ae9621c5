using System.Diagnostics;
using System.Text.Json.Nodes;
using LeadRelay.Intake;
using LeadRelay.Tests.Rules.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadRelay.Tests.Rules.Intake;

/// <summary>A refusal is problem details (RFC 9457) that say what was wrong, where, and under which trace it is found.</summary>
public class RefusalTests
{
    [Fact]
    public async Task A_refusal_says_what_where_and_under_which_trace()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        var (http, body) = await AnswerAsync(new Refusal(422, "invalid_phone", "The phone number has too few digits.", "phone"));

        Assert.Equal(422, http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType?.Split(';')[0]);
        Assert.Equal(("invalid_phone", "phone", "The phone number has too few digits.", "invalid phone", 422),
            (Text(body, "code"), Text(body, "field"), Text(body, "detail"), Text(body, "title"), body["status"]!.GetValue<int>()));
        Assert.Equal(activity.TraceId.ToString(), Text(body, "trace_id"));
        Assert.False(body.ContainsKey("lead_id"));
        Assert.False(http.Response.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task A_refusal_without_a_field_names_none()
    {
        var (_, body) = await AnswerAsync(new Refusal(404, "unknown_campaign", "There is no campaign x."));

        Assert.False(body.ContainsKey("field"));
        Assert.NotEqual("", Text(body, "trace_id"));
    }

    [Fact]
    public async Task A_refusal_that_may_pass_says_when_to_come_again_and_as_which_lead()
    {
        var leadId = Builders.NewId();

        var (http, body) = await AnswerAsync(new Refusal(503, "outcome_unknown", "Send it again."), leadId);

        Assert.Equal("5", http.Response.Headers.RetryAfter);
        Assert.Equal(leadId.ToString(), Text(body, "lead_id"));
    }

    [Theory]
    [InlineData(0.2, "1")]
    [InlineData(1.2, "2")]
    [InlineData(60, "60")]
    public async Task A_wait_is_told_in_whole_seconds_rounded_up(double seconds, string told)
    {
        var (http, _) = await AnswerAsync(new Refusal(429, "too_many_requests", "Slow down.") { RetryAfter = TimeSpan.FromSeconds(seconds) });

        Assert.Equal(told, http.Response.Headers.RetryAfter);
    }

    private static string Text(JsonObject body, string name) => body[name]!.GetValue<string>();

    private static async Task<(HttpContext Http, JsonObject Body)> AnswerAsync(Refusal refusal, Guid? leadId = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--Profile=embedded", $"--Config:Path={Samples.Folder}"]);
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        var http = new DefaultHttpContext { RequestServices = app.Services, Response = { Body = new MemoryStream() } };

        await refusal.ToResult(http, leadId).ExecuteAsync(http);

        http.Response.Body.Position = 0;
        return (http, (await JsonNode.ParseAsync(http.Response.Body))!.AsObject());
    }
}
