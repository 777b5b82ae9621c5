using System.Collections.Concurrent;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Postbacks in all their forms, as a tracker gets them and as the audit keeps them.</summary>
public sealed class PostbackForms
{
    private const string Key = "tracker-key-42";

    [Fact]
    public async Task A_postback_can_be_a_form_or_JSON_with_headers_and_its_secrets_are_sent_and_not_shown()
    {
        await using var relay = await StartAsync("""
            "postbacks": {
              "wait": "http://SANDBOX/postback?subid={click}&status=lead&tid={order_id}",
              "hold": { "url": "http://SANDBOX/postback", "form": { "subid": "{click_id}", "status": "lead", "tid": "{order_id}", "why": "{comment}", "key": "{env:TRACKER_KEY}" } },
              "approve": { "url": "http://SANDBOX/postback?tid={order_id}", "headers": { "X-Tracker-Token": "{env:TRACKER_KEY}", "X-Campaign": "{campaign}" },
                "json": { "subid": "{click_id}", "status": "sale", "payout": "{payout}", "reason": "{comment}" } }
            }
            """);
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "cl/ick \"1\"" }, "forms");
        var order = lead.At("order_id")!;
        await relay.Eventually("the order is told", () => relay.PostbacksAsync("cl/ick \"1\""), p => p.GetArrayLength() is 1);
        await relay.SetStatusAsync(order, "2", "zu teuer & 100% \"später\"\n{env:TRACKER_KEY}");
        await relay.Eventually("the hold is told", () => relay.PostbacksAsync("cl/ick \"1\""), p => p.GetArrayLength() is 2);
        await relay.SetStatusAsync(order, "3", "ja, \"gern\" {status}");
        var postbacks = await relay.Eventually("all three came", () => relay.PostbacksAsync("cl/ick \"1\""), p => p.GetArrayLength() is 3);

        Assert.Equal(["GET", "POST", "POST"], postbacks.EnumerateArray().Select(p => p.At("method")));
        Assert.Equal(("zu teuer & 100% \"später\"\n{env:TRACKER_KEY}", Key), (postbacks[1].At("parameters", "why"), postbacks[1].At("parameters", "key")));
        Assert.Equal(("ja, \"gern\" {status}", "12.50", order), (postbacks[2].At("parameters", "reason"), postbacks[2].At("payout"), postbacks[2].At("tid")));
        Assert.Equal((Key, "forms"), (postbacks[2].At("headers", "X-Tracker-Token"), postbacks[2].At("headers", "X-Campaign")));

        var attempts = (await relay.Eventually("the audit has it all", () => relay.TimelineAsync(lead.At("lead_id")!, personal: true), t => t.Messages("PostbackAttempted").Count is 3)).Messages("PostbackAttempted");
        Assert.DoesNotContain(Key, JsonSerializer.Serialize(attempts), StringComparison.Ordinal);
        Assert.Contains("key=***", attempts[1].At("sent", "body"), StringComparison.Ordinal);
        Assert.Equal("***", attempts[2].At("sent", "headers", "X-Tracker-Token"));
        Assert.Equal("sale", JsonDocument.Parse(attempts[2].At("sent", "body")!).RootElement.At("status"));
    }

    [Fact]
    public async Task A_campaign_can_tell_two_trackers_and_each_is_on_record()
    {
        await using var relay = await StartAsync("""
            "postbacks": ["http://SANDBOX/t/one/postback?subid={click}&status=sale&tid={order_id}-{event}", "http://127.0.0.1:1/two?c={click}"]
            """);
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "both" }, "forms");
        var timeline = await relay.Eventually("both were tried", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("PostbackAttempted").Count >= 2);

        Assert.Equal(2, timeline.Messages("PostbackDue").Count);
        Assert.Single((await relay.PostbacksAsync("both")).EnumerateArray());
        var (_, view) = await relay.AskAsPartnerAsync($"leads/{lead.At("lead_id")}");
        var shown = view.GetProperty("postbacks").EnumerateArray().ToDictionary(p => new Uri(p.At("target")!).Port is 1 ? "two" : "one", p => p.At("outcome"));
        Assert.Equal(("delivered", "retrying"), (shown["one"], shown["two"]));
    }

    [Fact]
    public async Task A_postback_to_a_private_address_is_refused_at_once_and_the_partner_is_told_why_without_the_address()
    {
        await using var relay = await StartAsync(""" "postbacks": "http://localhost:8443/postback?c={click}" """, allow: "192.0.2.0/24");
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "inside" }, "forms");
        var timeline = await relay.Eventually("it has failed", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("PostbackFailed").Count is 1);

        var reason = Assert.Single(timeline.Messages("PostbackAttempted")).At("error");
        Assert.Contains("not a public address", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("127.", reason, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", relay.Process("PostbackDispatcher").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tracker_added_by_a_file_alone_is_sent_what_it_says_and_a_200_that_refuses_is_a_failure_with_its_reason_for_everybody()
    {
        const string Reason = "The tracker answered 200, but refused it: Broken clickid.";
        var sent = new ConcurrentBag<string>();
        await using var tracker = await OwnTracker.StartAsync((query, _) => { sent.Add(string.Join('&', query.Select(p => $"{p.Key}={p.Value}"))); return Task.FromResult(200); }, query => query["clickid"] == "known" ? "success=true" : "success=false; err_msg=Broken clickid");
        await using var relay = await StartAsync($$""" "postbacks": { "tracker": "frank", "base": "{{tracker.Address}}" } """, tracker: """
            {
              "title": "Frank", "source": "this test", "path": "/conversion", "parameters": { "clickid": "{click_id}", "state": "{status}" }, "words": { "wait": "new", "hold": "kept" },
              "transaction_id": "none", "repeat": "ignored",
              "answers": [{ "match": "success=true", "means": "credited" }, { "match": "success=false;?\\s*(err_msg=(?<reason>[^;]*))?", "means": "refused" }]
            }
            """);
        var (_, known) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "known" }, "forms");
        var (_, broken) = await relay.SubmitAsync(new { phone = "+4915123456780", click_id = "broken" }, "forms");
        var refused = await relay.Eventually("it has failed", () => relay.TimelineAsync(broken.At("lead_id")!), t => t.Messages("PostbackFailed").Count is 1 && t.Messages("PostbackAttempted").Count is 1);
        var credited = await relay.Eventually("the other is delivered", () => relay.TimelineAsync(known.At("lead_id")!), t => t.Messages("PostbackDelivered").Count is 1 && t.Messages("PostbackAttempted").Count is 1);

        Assert.Equal(["clickid=broken&state=new", "clickid=known&state=new"], sent.Order());
        var attempt = refused.Messages("PostbackAttempted")[0];
        Assert.Equal(("200", "refused", Reason, "success=false; err_msg=Broken clickid"), (attempt.At("httpStatus"), attempt.At("verdict"), attempt.At("error"), attempt.At("response")));
        Assert.Equal(Reason, refused.Messages("PostbackFailed")[0].At("reason"));
        Assert.Equal(("credited", "credited"), (credited.Messages("PostbackAttempted")[0].At("verdict"), credited.Messages("PostbackDelivered")[0].At("verdict")));
        Assert.Equal(("failed", "refused", Reason), await ShownAsync(broken));
        Assert.Equal(("delivered", "credited", null), await ShownAsync(known));
        Assert.Equal($"{Reason} A real one would have failed for good.", await TestedAsync("broken"));
        Assert.Equal("The tracker counted it.", await TestedAsync("known"));
        Assert.Contains($"wait, hold to {tracker.Address}: Frank counts the first of them to come and throws the others away", relay.Process("PostbackDispatcher").Output, StringComparison.Ordinal);

        async Task<(string? Outcome, string? Verdict, string? Reason)> ShownAsync(JsonElement lead)
        {
            var view = await relay.Eventually("the partner is told", async () => (await relay.AskAsPartnerAsync($"leads/{lead.At("lead_id")}")).Body,
                found => found.GetProperty("postbacks") is var all && all.GetArrayLength() is 1 && all[0].At("outcome") is "failed" or "delivered");
            var shown = view.GetProperty("postbacks")[0];
            return (shown.At("outcome"), shown.At("verdict"), shown.At("reason"));
        }

        async Task<string?> TestedAsync(string click)
        {
            var (_, tested) = await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, "postbacks/test", new { campaign = "forms", @event = "wait", click_id = click });
            return tested.GetProperty("postbacks")[0].At("verdict");
        }
    }

    private static Task<Relay> StartAsync(string postbacks, string allow = "127.0.0.0/8", string? tracker = null) => Relay.StartAsync(new RelayOptions
    {
        Environment = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["PostbackDispatcher"] = new Dictionary<string, string> { ["TRACKER_KEY"] = Key, ["Postbacks__AllowNetworks"] = allow },
        },
        Configure = config =>
        {
            if (tracker is not null)
                Samples.Edit(Path.Combine(config, "trackers", "frank.json"), _ => tracker);
            Samples.Campaign(config, "forms", (Samples.PostbacksOf(config), postbacks.Replace("SANDBOX", Samples.SandboxIn(config), StringComparison.Ordinal)));
        },
    });
}
