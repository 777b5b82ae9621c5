using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Invariants 8 and 9. Masking in traces comes with telemetry.</summary>
public sealed class RefusalsAndSecrets
{
    [Fact]
    public async Task Every_refusal_has_a_reason_in_the_answer_and_once_the_caller_is_known_in_the_audit()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => File.WriteAllText(Path.Combine(config, "partners", "other.json"),
                $$"""{ "keys": ["sha256:{{Convert.ToHexStringLower(SHA256.HashData("other-key"u8))}}"] }"""),
        });
        async Task Refused(HttpStatusCode expected, string code, object body, string alias = "demo", string? key = "demo-partner-key")
        {
            var (status, problem) = await relay.SubmitAsync(body, alias, key);
            Assert.Equal((expected, code), (status, problem.At("code")));
            Assert.NotNull(problem.At("detail"));
            Assert.NotNull(problem.At("trace_id"));
        }
        var lead = new { phone = "+4915123456789" };
        await Refused(HttpStatusCode.BadRequest, "invalid_json", "{ \"phone\": ");
        await Refused(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", new StringContent("phone", Encoding.UTF8, "text/csv"));
        await Refused(HttpStatusCode.RequestEntityTooLarge, "body_too_large", new StringContent(new string(' ', 64 * 1024 + 1), Encoding.UTF8, "application/json"));
        await Refused(HttpStatusCode.NotFound, "unknown_campaign", lead, alias: "nobody");
        await Refused(HttpStatusCode.UnprocessableEntity, "missing_field", new { name = "Anna" });
        await Refused(HttpStatusCode.UnprocessableEntity, "invalid_phone", new { phone = "12" });
        await Refused(HttpStatusCode.Forbidden, "campaign_not_allowed", lead, key: "other-key");
        await Refused(HttpStatusCode.Forbidden, "role_missing", lead, key: "demo-advertiser-key");
        await Refused(HttpStatusCode.Unauthorized, "unauthorized", lead, key: "guessed");

        var refused = await relay.Eventually("the audit has the eight of known callers", () => relay.AuditAsync("kind=LeadRefused"), found => found.Messages("LeadRefused").Count is 8);
        Assert.Equal(["body_too_large", "campaign_not_allowed", "invalid_json", "invalid_phone", "missing_field", "role_missing", "unknown_campaign", "unsupported_media_type"],
            refused.Messages("LeadRefused").Select(m => m.At("code")).Order());
        Assert.All(refused.Messages("LeadRefused"), message => Assert.NotEmpty(message.At("raw", "body")!));

        var (secret, problem) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, "webhooks/sandbox/guessed", new { id = "1", status = "3" });
        Assert.Equal((HttpStatusCode.NotFound, "unknown_webhook"), (secret, problem.At("code")));
        var (unreadable, _) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { hello = "world" });
        Assert.Equal(HttpStatusCode.BadRequest, unreadable);
        await relay.Eventually("the unreadable webhook is on record", () => relay.AuditAsync("kind=WebhookRefused"), found => found.Messages("WebhookRefused").Count is 1);

        var (unknown, _) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = "424242", status = "3" });
        Assert.Equal(HttpStatusCode.OK, unknown);
        await relay.Eventually("an unknown order's webhook leaves a trace", () => relay.AuditAsync("kind=OrderStatusChanged"), found => found.Messages("OrderStatusChanged").Any(m => m.At("about", "orderId") is "424242"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Relay.SendAsync(relay.AuditStore, HttpMethod.Get, "audit", null, ("Authorization", "Bearer guessed"))).Status);
    }

    [Fact]
    public async Task Secrets_stay_inside()
    {
        const string Token = "crm-token-4711", Key = "demo-partner-key", PostbackKey = "keitaro-key-0815", Phone = "15123456789", Name = "Canaria", Mail = "canary@example.com", Comment = "hummingbird";
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Environment = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["*"] = new Dictionary<string, string> { ["CRM_TOKEN"] = Token, ["KEITARO_KEY"] = PostbackKey } },
            Configure = config =>
            {
                Samples.Edit(Path.Combine(config, "connections", "sandbox.json"), text => text.Replace("file:secrets/sandbox-token", "env:CRM_TOKEN", StringComparison.Ordinal));
                Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("/postback?", "/postback?key={env:KEITARO_KEY}&", StringComparison.Ordinal));
            },
        });
        var (_, answer) = await relay.SubmitAsync(new { phone = "0" + Phone, name = Name, email = Mail, address = $"{Name} Street 1", comment = Comment, click_id = "secret", api_key = Key }, key: null);
        await relay.SubmitAsync("{ \"api_key\": \"" + Key + "\", \"phone\": ", key: Key);
        await relay.SetStatusAsync(answer.At("order_id")!, "3", Comment);
        var postbacks = await relay.Eventually("the postbacks came", () => relay.PostbacksAsync("secret"), p => p.GetArrayLength() is 2);
        Assert.Equal(PostbackKey, postbacks[0].At("parameters", "key"));
        var timeline = await relay.Eventually("the audit has it all", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("PostbackDelivered").Count is 2);
        Assert.Contains("key=***", timeline.Messages("PostbackAttempted")[0].At("url"), StringComparison.Ordinal);
        await relay.Eventually("the refusal is on record", () => relay.AuditAsync("kind=LeadRefused"), found => found.Messages("LeadRefused").Count is 1);

        string[] secrets = [Token, Key, PostbackKey, "demo-webhook-secret", Relay.OperatorToken];
        foreach (var file in Directory.GetFiles(relay.DataFolder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(stream, Encoding.Latin1);
            var content = await text.ReadToEndAsync();
            Assert.All(secrets, secret => Assert.False(content.Contains(secret, StringComparison.Ordinal), $"{secret} is in {Path.GetFileName(file)}."));
        }
        var log = relay.Process("Intake").Output;
        Assert.All([.. secrets, Phone, Name, Mail, Comment], secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        // The lead's story is in it all the same, each line with the lead.
        Assert.All(["LeadSubmitted", "OrderCreated", "PostbackDue", "PostbackAttempted", "PostbackDelivered"], told =>
            Assert.Contains(log.Split('\n'), line => line.Contains($" {told}: ", StringComparison.Ordinal) && line.Contains($"LeadId={answer.At("lead_id")}", StringComparison.Ordinal)));
        Assert.Contains(log.Split('\n'), line => line.Contains(" OrderStatusChanged: ", StringComparison.Ordinal) && line.Contains($"OrderId={answer.At("order_id")}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_with_five_faults_reports_all_five_and_nothing_starts()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var relay = await Relay.StartAsync(new RelayOptions
            {
                Configure = config => File.WriteAllText(Path.Combine(config, "campaigns", "broken.json"), """
                    { "connection": "nowhere", "partners": ["demo-partner"], "project_id": "1", "initial_status_id": "1",
                      "field_mapping": { "click_id": "source.ip" }, "status_map": { "9": "maybe" }, "wait_seconds": 90,
                      "postbacks": "https://tracker.example/postback?subid={subid}" }
                    """),
            });
        });
        Assert.All(["connection", "field_mapping.click_id", "status_map.9", "wait_seconds", "postbacks", "use {click}"],
            fault => Assert.Contains(fault, failure.Message, StringComparison.Ordinal));
    }
}
