using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Who may call Intake, from where, and how often.</summary>
public sealed class WhoMay
{
    private static readonly object Lead = new { phone = "+4915123456789" };

    [Fact]
    public async Task A_key_is_changed_without_a_gap()
    {
        await using var relay = await StartAsync("{}", keys: ["old-key", "new-key"]);

        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "old-key")).Status);
        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "new-key")).Status);
        Write(relay.ConfigFolder, "{}", ["new-key"]);
        await relay.Eventually("the old key is refused", () => relay.SubmitAsync(Lead, key: "old-key"), r => r.Status is HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "new-key")).Status);
    }

    [Fact]
    public async Task A_key_from_another_network_is_refused_and_a_stranger_cannot_forge_where_he_calls_from()
    {
        await using var relay = await StartAsync("""{ "networks": ["192.0.2.0/24"] }""");

        await RefusedAsync(relay, HttpStatusCode.Forbidden, "network_not_allowed");
        await RefusedAsync(relay, HttpStatusCode.Forbidden, "network_not_allowed", ("X-Forwarded-For", "192.0.2.1"));
        var (status, problem) = await Relay.SendAsync(relay.Intake(), HttpMethod.Get, $"leads/{Guid.CreateVersion7()}", null, ("X-Api-Key", "the-key"));
        Assert.Equal((HttpStatusCode.Forbidden, "network_not_allowed"), (status, problem.At("code")));
        await relay.Eventually("it is on record", () => relay.AuditAsync("kind=LeadRefused"), f => f.Messages("LeadRefused").Count(m => m.At("code") is "network_not_allowed") >= 2);
    }

    [Fact]
    public async Task A_known_proxy_is_believed_about_where_a_call_came_from_and_what_others_say_is_not()
    {
        await using var relay = await StartAsync("""{ "networks": ["192.0.2.0/24"] }""", settings: ("Proxies__Networks", "127.0.0.0/8, 198.51.100.7"));

        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "the-key", headers: ("X-Forwarded-For", "192.0.2.1"))).Status);
        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "the-key", headers: ("X-Forwarded-For", "203.0.113.1, 192.0.2.1, 198.51.100.7"))).Status);
        // The caller wrote the first address himself: the proxy appended where he really is.
        await RefusedAsync(relay, HttpStatusCode.Forbidden, "network_not_allowed", ("X-Forwarded-For", "192.0.2.1, 203.0.113.1"));
    }

    [Fact]
    public async Task Who_calls_too_often_is_told_when_to_come_again_and_the_audit_is_not_flooded()
    {
        await using var relay = await StartAsync("""{ "rate_limit": { "per_minute": 1, "burst": 2 } }""", keys: ["the-key", "second-key"]);

        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "the-key")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(relay.Intake(), HttpMethod.Get, $"leads/{Guid.CreateVersion7()}", null, ("X-Api-Key", "the-key"))).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"leads/{Guid.CreateVersion7()}", UriKind.Relative));
        request.Headers.Add("X-Api-Key", "the-key");
        using var answer = await relay.Intake().SendAsync(request);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        for (var i = 0; i < 5; i++)
            await RefusedAsync(relay, HttpStatusCode.TooManyRequests, "rate_limited");

        // The other key counts for itself; its refusal comes after the others, so they would be on record by then.
        await RefusedAsync(relay, HttpStatusCode.NotFound, "unknown_campaign", alias: "nobody", key: "second-key");
        var found = await relay.Eventually("the last refusal is on record", () => relay.AuditAsync("kind=LeadRefused"), f => f.Messages("LeadRefused").Any(m => m.At("code") is "unknown_campaign"));
        Assert.Single(found.Messages("LeadRefused"), m => m.At("code") is "rate_limited");

        Write(relay.ConfigFolder, """{ "rate_limit": { "per_minute": 6000 } }""", ["the-key"]);
        await relay.Eventually("the new limit counts", () => relay.SubmitAsync(Lead, key: "the-key"), r => r.Status is HttpStatusCode.Created);
    }

    [Fact]
    public async Task Strangers_are_slowed_down_without_a_trace_in_the_audit_and_without_harm_to_others_at_the_same_address()
    {
        await using var relay = await StartAsync("{}");

        await relay.Eventually("a stranger is told to slow down", () => relay.SubmitAsync(Lead, key: "guessed"), r => (r.Status, r.Body.At("code")) is (HttpStatusCode.TooManyRequests, "rate_limited"));
        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(Lead, key: "the-key")).Status);
        await RefusedAsync(relay, HttpStatusCode.NotFound, "unknown_campaign", alias: "nobody");
        var found = await relay.Eventually("a known caller's refusal is on record", () => relay.AuditAsync("kind=LeadRefused"), f => f.Messages("LeadRefused").Count > 0);
        Assert.Equal("unknown_campaign", Assert.Single(found.Messages("LeadRefused")).At("code"));
        Assert.Single(relay.Process("Intake").Output.Split('\n'), line => line.Contains("had no key", StringComparison.Ordinal));
        Assert.DoesNotContain("guessed", relay.Process("Intake").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_setting_that_is_no_network_stops_the_start()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await (await StartAsync("{}", settings: ("Proxies__Networks", "10.0.0.1/8"))).DisposeAsync());

        Assert.Contains("Proxies__Networks has 10.0.0.1/8", failure.Message, StringComparison.Ordinal);
    }

    private static Task<Relay> StartAsync(string partner, string[]? keys = null, params (string Name, string Value)[] settings) => Relay.StartAsync(new RelayOptions
    {
        Environment = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["Intake"] = settings.ToDictionary(s => s.Name, s => s.Value) },
        Configure = config =>
        {
            Write(config, partner, keys ?? ["the-key"]);
            Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("[\"demo-partner\"", "[\"buyer\", \"demo-partner\"", StringComparison.Ordinal));
        },
    });

    /// <summary>Writes the partner <c>buyer</c> with these keys.</summary>
    private static void Write(string config, string partner, string[] keys)
    {
        var hashes = string.Join(", ", keys.Select(key => $"\"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}\""));
        Samples.Edit(Path.Combine(config, "partners", "buyer.json"), _ => $"{{ \"keys\": [{hashes}]{(partner is "{}" ? "" : ", ")}{partner[1..]}");
    }

    private static async Task RefusedAsync(Relay relay, HttpStatusCode expected, string code, (string, string)? header = null, string alias = "demo", string key = "the-key")
    {
        var (status, problem) = await relay.SubmitAsync(Lead, alias, key, headers: header is { } given ? [given] : []);
        Assert.Equal((expected, code), (status, problem.At("code")));
        Assert.NotNull(problem.At("detail"));
    }
}
