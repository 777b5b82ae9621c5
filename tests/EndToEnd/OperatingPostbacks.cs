using System.Net;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What operators do with postbacks: at PostbackDispatcher's API, and with <c>relayctl</c>.</summary>
public sealed class OperatingPostbacks
{
    private const string Nobody = "0190163d-8694-739b-aea5-966c26f8ad91";

    [Fact]
    public async Task A_preview_shows_what_would_be_sent_or_why_nothing_and_sends_nothing()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Edit(Campaign(config), text => text.Replace("currency={currency}", "currency={currency}&sub={sub1}&key={env:NO_SUCH_SECRET}", StringComparison.Ordinal)),
        });
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "seen", sub1 = "fb" });
        await relay.Eventually("the order's own postback is made", () => ListAsync(relay, "state=delivered"), found => found.Count is 1);

        var sample = await DoAsync(relay, "postbacks/preview", new { campaign = "demo", @event = "approve" });
        var url = sample.GetProperty("postbacks")[0].At("request", "url")!;
        Assert.Equal(("approve", "accepted", "3"), (sample.At("event"), sample.At("label"), sample.At("rule")));
        Assert.Contains("subid=sample-click&status=sale&tid=1001&payout=12.50&currency=EUR&sub=sub1&key=***", url, StringComparison.Ordinal);
        Assert.Contains("NO_SUCH_SECRET", sample.GetProperty("postbacks")[0].GetProperty("missing_secrets")[0].GetString(), StringComparison.Ordinal);

        var real = await DoAsync(relay, "postbacks/preview", new { campaign = "demo", status_id = "3", order_id = lead.At("order_id") });
        Assert.Contains($"subid=seen&status=sale&tid={lead.At("order_id")}&payout=12.50&currency=EUR&sub=fb", real.GetProperty("postbacks")[0].At("request", "url"), StringComparison.Ordinal);
        Assert.Equal("true", real.GetProperty("decision")[0].At("fires"));
        var again = await DoAsync(relay, "postbacks/preview", new { campaign = "demo", @event = "wait", lead_id = lead.At("lead_id") });
        Assert.Equal(("false", "repeat"), (again.GetProperty("decision")[0].At("fires"), again.GetProperty("decision")[0].At("reason")));
        var unmapped = await DoAsync(relay, "postbacks/preview", new { campaign = "demo", status_id = "77", order_id = lead.At("order_id") });
        Assert.Contains("no entry for \"77\"", unmapped.At("nothing"), StringComparison.Ordinal);
        Assert.Equal("held", unmapped.GetProperty("decision")[0].At("reason"));

        Assert.Contains("Nothing is sent", await Relayctl.DoAsync(relay, "postbacks", "preview", "demo", "--status", "77"), StringComparison.Ordinal);
        Assert.Contains("&status=sale&", await Relayctl.DoAsync(relay, "postbacks", "preview", "demo", "--event=approve", "--order", lead.At("order_id")!), StringComparison.Ordinal);
        await RefusedAsync(relay, 422, "postbacks/preview", new { campaign = "demo" }, "Say either event");
        await RefusedAsync(relay, 422, "postbacks/preview", new { campaign = "demo", @event = "won" }, "approve");
        await RefusedAsync(relay, 422, "postbacks/preview", new { campaign = "demo", @event = "wait", partner = "nobody" }, "demo-partner");
        await RefusedAsync(relay, 404, "postbacks/preview", new { campaign = "nothing", @event = "wait" }, "no campaign");
        await RefusedAsync(relay, 404, "postbacks/preview", new { campaign = "demo", @event = "wait", order_id = "999" }, "timeline");
        Assert.Single(await ListAsync(relay, ""));
        Assert.Equal("1", (await relay.LedgerAsync()).At("postbacks"));
        using var stranger = new HttpClient { BaseAddress = relay.PostbackDispatcher.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("postbacks/pending", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_test_is_sent_once_and_on_record_as_a_test_and_touches_no_order()
    {
        await using var relay = await Relay.StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "real" });
        await relay.Eventually("the order's own postback is made", () => ListAsync(relay, "state=delivered"), found => found.Count is 1);

        var tested = (await DoAsync(relay, "postbacks/test", new { campaign = "demo", @event = "approve", click_id = "mine", order_id = lead.At("order_id") })).GetProperty("postbacks")[0];
        Assert.Equal("200", tested.At("http_status"));
        Assert.Contains("took it", tested.At("verdict"), StringComparison.Ordinal);
        Assert.Equal(["sale"], (await relay.PostbacksAsync("mine")).Statuses());
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 403, times = 1 });
        Assert.Contains("403", await Relayctl.DoAsync(relay, "postbacks", "test", "demo", "--event", "cancel", "--click", "mine"), StringComparison.Ordinal);
        await RefusedAsync(relay, 422, "postbacks/test", new { campaign = "demo", @event = "approve" }, "click_id");

        var kept = await relay.Eventually("both tests are on record", () => relay.AuditAsync("kind=PostbackTested"), found => found.Messages("PostbackTested").Count is 2);
        Assert.Contains("subid=mine", kept.Messages("PostbackTested")[1].At("sent", "url"), StringComparison.Ordinal);
        Assert.Equal("403", kept.Messages("PostbackTested")[0].At("httpStatus"));
        Assert.Equal(2, (await relay.AuditAsync("kind=PostbackTestRequested")).Messages("PostbackTestRequested").Count);
        // The tests count as nothing that the order was sent.
        Assert.Single((await relay.AuditAsync("kind=PostbackAttempted")).Messages("PostbackAttempted"));
        await relay.SetStatusAsync(lead.At("order_id")!, "3");
        await relay.Eventually("the real one comes", () => relay.PostbacksAsync("real"), p => p.Statuses().SequenceEqual(["lead", "sale"]));
    }

    [Fact]
    public async Task A_resend_repeats_the_recorded_request_though_the_template_was_changed_meanwhile()
    {
        await using var relay = await Relay.StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "again" });
        var first = (await relay.Eventually("the first is delivered", () => ListAsync(relay, "campaign=demo&state=delivered"), found => found.Count is 1))[0].At("delivery_id")!;
        Samples.Edit(Campaign(relay.ConfigFolder), text => text.Replace("status=lead", "status=rebill", StringComparison.Ordinal));
        await relay.Eventually("the change counts", () => DoAsync(relay, "postbacks/preview", new { campaign = "demo", @event = "wait" }), p => p.GetRawText().Contains("status=rebill", StringComparison.Ordinal));

        var resent = await DoAsync(relay, $"postbacks/{first}/resend", new { reason = "the tracker lost it" });
        Assert.Equal(first, resent.At("resend_of"));
        await relay.Eventually("it came again as it was", () => relay.PostbacksAsync("again"), p => p.Statuses().SequenceEqual(["lead", "lead"]));
        await relay.Eventually("it has ended", () => FindAsync(relay, resent.At("delivery_id")!), p => p.At("state") is "delivered");
        Assert.Equal(resent.At("delivery_id"), (await FindAsync(relay, first)).At("resent_as"));
        await Relayctl.DoAsync(relay, "postbacks", "resend", first, "--fresh");
        await relay.Eventually("it came as it is now", () => relay.PostbacksAsync("again"), p => p.Statuses().SequenceEqual(["lead", "lead", "rebill"]));
        var timeline = await relay.Eventually("the resends are told of", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("PostbackResent").Count is 2 && t.Messages("PostbackDelivered").Count is 3);
        Assert.Equal([("true", "the tracker lost it"), ("false", null)], timeline.Messages("PostbackResent").Select(m => (m.At("recorded"), m.At("reason"))));

        await RefusedAsync(relay, 409, $"postbacks/{first}/resend", new { once = true }, (await FindAsync(relay, first)).At("resent_as")!);
        await relay.SetStatusAsync(lead.At("order_id")!, "3");
        await relay.Eventually("the sale came", () => relay.PostbacksAsync("again"), p => p.Statuses()[^1] is "sale");
        await RefusedAsync(relay, 409, $"postbacks/{first}/resend", new { }, "an older one never follows a newer one");
        Assert.Equal(["true", "true", "true", "false"], (await ListAsync(relay, "")).Select(p => p.At("superseded")));
        await RefusedAsync(relay, 409, $"postbacks/{first}/cancel", new { }, "delivered");
        await RefusedAsync(relay, 404, $"postbacks/{Nobody}/resend", new { }, "no delivery");
        await RefusedAsync(relay, 404, $"postbacks/{Nobody}/cancel", new { }, "no delivery");
        var (_, errors) = await Relayctl.RunAsync(relay, 1, "postbacks", "resend", first);
        Assert.Contains("Resend the newer one", errors, StringComparison.Ordinal);
        Assert.Equal(4, (await relay.PostbacksAsync("again")).GetArrayLength());
    }

    [Fact]
    public async Task A_resend_that_is_said_once_is_one_however_often_it_is_said()
    {
        await using var relay = await Relay.StartAsync();
        await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "once" });
        var first = (await relay.Eventually("the first is delivered", () => ListAsync(relay, "state=delivered"), found => found.Count is 1))[0].At("delivery_id")!;

        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 503, retry_after = "3600" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OnceAsync(first)));
        var again = Assert.Single(answers.Select(answer => answer.At("delivery_id")).Distinct())!;
        await relay.Eventually("it waits", () => FindAsync(relay, again), p => p.At("state") is "waiting" && p.At("attempts") is "1");
        Assert.Equal((again, first), await OnceAsync(first) is var late ? (late.At("delivery_id"), late.At("resend_of")) : default);

        await Relay.SendAsync(relay.Sandbox, HttpMethod.Delete, "faults");
        await OnceAsync(again);
        await relay.Eventually("it came", () => ListAsync(relay, "state=delivered"), found => found.Count is 2);
        foreach (var delivery in new[] { first, again })
            await RefusedAsync(relay, 409, $"postbacks/{delivery}/resend", new { once = true }, $"as {again}, and delivered");
        await DoAsync(relay, $"postbacks/{again}/resend", new { });
        await relay.Eventually("the second comes again, too", () => ListAsync(relay, "state=delivered"), found => found.Count is 3);

        Assert.Equal(["lead", "lead", "lead"], (await relay.PostbacksAsync("once")).Statuses());
        await RefusedAsync(relay, 409, $"postbacks/{first}/resend", new { once = true }, (await FindAsync(relay, first)).At("resent_as")!);

        Task<JsonElement> OnceAsync(string delivery) => DoAsync(relay, $"postbacks/{delivery}/resend", new { once = true });
    }

    [Fact]
    public async Task A_resend_that_failed_as_well_is_named_to_whoever_says_once_again()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 400 });
        await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "twice" });
        var first = (await relay.Eventually("the first fails", () => ListAsync(relay, "state=failed"), found => found.Count is 1))[0].At("delivery_id")!;

        var again = (await DoAsync(relay, $"postbacks/{first}/resend", new { once = true })).At("delivery_id")!;
        await relay.Eventually("the second fails, too", () => ListAsync(relay, "state=failed"), found => found.Count is 2);

        await RefusedAsync(relay, 409, $"postbacks/{first}/resend", new { once = true }, $"as {again}, which was not delivered");
        Assert.Equal(again, (await DoAsync(relay, $"postbacks/{again}/resend", new { once = true })).At("resend_of"));
        Assert.Equal(3, (await ListAsync(relay, "")).Count);
    }

    [Fact]
    public async Task What_waits_is_listed_and_can_be_sent_at_once_or_cancelled()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 503, retry_after = "3600" });
        var (_, sent) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "at-once" });
        var (_, cancelled) = await relay.SubmitAsync(new { phone = "+4915123456780", click_id = "never" });
        var waiting = await relay.Eventually("both wait", () => ListAsync(relay, "campaign=demo&event=wait", "postbacks/pending"), found => found.Count is 2 && found.All(p => p.At("attempts") is "1" && p.At("state") is "waiting"));
        Assert.All(waiting, p => Assert.True(DateTimeOffset.Parse(p.At("next_attempt_at")!, System.Globalization.CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow().AddMinutes(30)));
        Assert.Empty(await ListAsync(relay, "event=approve", "postbacks/pending"));
        Assert.Contains("For its next attempt.", await Relayctl.DoAsync(relay, "postbacks", "pending", "--target", waiting[0].At("target")!), StringComparison.Ordinal);

        await Relay.SendAsync(relay.Sandbox, HttpMethod.Delete, "faults");
        var never = waiting.Single(p => p.At("click_id") is "never").At("delivery_id")!;
        await Relayctl.DoAsync(relay, "postbacks", "cancel", never, "--reason", "a mistake");
        Assert.Equal("cancelled", (await FindAsync(relay, never)).At("state"));
        var timeline = await relay.Eventually("it is told of", () => relay.TimelineAsync(cancelled.At("lead_id")!), t => t.Messages("PostbackSkipped").Count is 1);
        Assert.Equal("cancelled", timeline.Messages("PostbackSkipped")[0].At("reason"));
        Assert.Contains("a mistake", timeline.Messages("PostbackSkipped")[0].At("text"), StringComparison.Ordinal);

        var atOnce = waiting.Single(p => p.At("click_id") is "at-once").At("delivery_id")!;
        Assert.Equal(atOnce, (await DoAsync(relay, $"postbacks/{atOnce}/resend", new { })).At("delivery_id"));
        await relay.Eventually("it came at once", () => relay.PostbacksAsync("at-once"), p => p.GetArrayLength() is 1);
        await relay.Eventually("that is on record", () => relay.TimelineAsync(sent.At("lead_id")!), t => t.Messages("PostbackDelivered").Count is 1);
        Assert.Empty(await ListAsync(relay, "", "postbacks/pending"));
        Assert.Equal(0, (await relay.PostbacksAsync("never")).GetArrayLength());
        foreach (var (query, text) in new[] { ("limit=0", "1 to 1000"), ("state=lost", "superseded"), ("from=yesterday", "2026-01-31"), ("after=x", "next"), ("after=99999999999999999999", "next"), ("order=best", "oldest or newest"), ("target=tracker", "https://tracker.example") })
        {
            var (status, problem) = await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Get, $"postbacks?{query}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains(text, problem.At("detail"), StringComparison.Ordinal);
        }
        Assert.Equal((await ListAsync(relay, "")).Reverse().Select(p => p.At("delivery_id")), (await ListAsync(relay, "order=newest")).Select(p => p.At("delivery_id")));
        var newest = await Relay.GetAsync(relay.PostbackDispatcher, "postbacks?limit=1&order=newest");
        Assert.Equal(2, (await Relayctl.DoAsync(relay, "postbacks", "list", "--order", "newest", "--after", newest.At("next")!)).Split(" order ").Length);
        var page = await Relay.GetAsync(relay.PostbackDispatcher, "postbacks?limit=1");
        var rest = await Relay.GetAsync(relay.PostbackDispatcher, $"postbacks?limit=2&after={page.At("next")}");
        Assert.Equal((waiting.Count - 1, null), (rest.GetProperty("postbacks").GetArrayLength(), rest.At("next")));
    }

    [Fact]
    public async Task Many_are_sent_again_by_a_filter_and_what_was_sent_again_since_is_not()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 400 });
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => relay.SubmitAsync(new { phone = $"+491512345678{i}", click_id = $"many-{i}" })));
        var failed = await relay.Eventually("all have failed", () => ListAsync(relay, "state=failed"), found => found.Count is 5);
        await Relay.SendAsync(relay.Sandbox, HttpMethod.Delete, "faults");
        await DoAsync(relay, $"postbacks/{failed[0].At("delivery_id")}/resend", new { });
        await relay.Eventually("one was sent again by hand", () => ListAsync(relay, "state=delivered"), found => found.Count is 1);

        string[] command = ["postbacks", "resend", "--campaign", "demo", "--state", "failed", "--from", "2020-01-01", "--reason", "the tracker was down"];
        Assert.Contains("done: 5 looked at, 4 would be sent again, 1 refused", await Relayctl.DoAsync(relay, [.. command, "--dry-run"]), StringComparison.Ordinal);
        Assert.Equal("1", (await relay.LedgerAsync()).At("postbacks"));
        Assert.Contains("done: 5 looked at, 4 sent again, 1 refused", await Relayctl.DoAsync(relay, command), StringComparison.Ordinal);
        await relay.Eventually("each came once", () => ListAsync(relay, "state=delivered"), found => found.Select(p => p.At("click_id")).Distinct().Count() is 5 && found.Count is 5);
        Assert.Contains("done: 5 looked at, 0 sent again, 5 refused", await Relayctl.DoAsync(relay, command), StringComparison.Ordinal);
        Assert.Equal("5", (await relay.LedgerAsync()).At("postbacks"));

        await RefusedAsync(relay, 422, "postbacks/resends", new { dry_run = true }, "at least one");
        await RefusedAsync(relay, 400, "postbacks/resends", new { campaign = "demo", dryRun = true }, "no other members");
        Assert.Equal(2, (await Relayctl.RunAsync(relay, 2, "postbacks", "resend")).Errors.Split("--campaign").Length);
        var told = await relay.Eventually("begin and end of each are on record", () => relay.AuditAsync("kind=PostbackJobReported"), found => found.Messages("PostbackJobReported").Count is 6);
        Assert.Equal(["running", "running", "running", "done", "done", "done"], told.Messages("PostbackJobReported").Select(m => m.At("state")).OrderDescending());
        var jobs = (await Relay.GetAsync(relay.PostbackDispatcher, "jobs")).GetProperty("jobs");
        Assert.Equal(3, jobs.GetArrayLength());
        await RefusedAsync(relay, 409, $"jobs/{jobs[0].At("job_id")}/cancel", new { }, "does not run");
        await RefusedAsync(relay, 404, $"jobs/{Nobody}/cancel", new { }, "no job");
        Assert.Contains(jobs[0].At("job_id")!, await Relayctl.DoAsync(relay, "postbacks", "jobs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remapping_tells_the_trackers_what_the_changed_map_says_and_nothing_else()
    {
        await using var relay = await Relay.StartAsync();
        var leads = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => relay.SubmitAsync(new { phone = $"+491512345678{i}", click_id = $"map-{i}" })));
        foreach (var (lead, status) in leads.Zip(["3", "3", "2"]))
            await relay.SetStatusAsync(lead.Body.At("order_id")!, status);
        await relay.Eventually("all is delivered", () => ListAsync(relay, "state=delivered"), found => found.Count is 7);

        await MapAsync(relay, "\"3\": \"accepted\"", "\"3\": \"rejected\"", "cancel");
        Assert.Contains("done: 4 looked at, 2 would be told anew", await Relayctl.DoAsync(relay, "postbacks", "remap", "demo", "--dry-run"), StringComparison.Ordinal);
        Assert.Equal("7", (await relay.LedgerAsync()).At("postbacks"));
        Assert.Contains("done: 4 looked at, 2 told anew", await Relayctl.DoAsync(relay, "postbacks", "remap", "demo", "--reason", "the map was wrong"), StringComparison.Ordinal);
        foreach (var click in new[] { "map-0", "map-1" })
            await relay.Eventually("the tracker heard of it", () => relay.PostbacksAsync(click), p => p.Statuses().SequenceEqual(["lead", "sale", "rejected"]));
        await relay.Eventually("all is delivered", () => ListAsync(relay, "state=delivered"), found => found.Count is 9);
        Assert.Contains("done: 4 looked at, 0 told anew", await Relayctl.DoAsync(relay, "postbacks", "remap", "demo"), StringComparison.Ordinal);

        // A late webhook of the same status changes nothing, a new one does.
        await relay.SetStatusAsync(leads[0].Body.At("order_id")!, "5");
        await relay.Eventually("the new one came", () => relay.PostbacksAsync("map-0"), p => p.GetArrayLength() is 4);
        await MapAsync(relay, "\"3\": \"rejected\"", "\"3\": \"ignore\"", null);
        Assert.Contains("done: 4 looked at, 0 told anew", await Relayctl.DoAsync(relay, "postbacks", "remap", "demo"), StringComparison.Ordinal);
        await RefusedAsync(relay, 404, "campaigns/nothing/remap", new { }, "no campaign");
        Assert.Equal("10", (await relay.LedgerAsync()).At("postbacks"));
    }

    [Fact]
    public async Task What_is_held_is_listed_and_released_by_an_operators_word_and_the_next_one_is_held_again()
    {
        await using var relay = await Relay.StartAsync();
        var leads = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => relay.SubmitAsync(new { phone = $"+491512345678{i}", click_id = $"held-{i}" })));
        Task SayAsync(int i) => Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = leads[i].Body.At("order_id"), status = "77", comment = "call +4915123456789" });
        Task<JsonElement[]> HeldAsync(string query, int count) => relay.Eventually($"{count} are held", async () => (await Relay.GetAsync(relay.PostbackDispatcher, $"held?{query}")).GetProperty("held").EnumerateArray().ToArray(), held => held.Length == count);
        await SayAsync(0);
        await SayAsync(1);
        var held = await HeldAsync("campaign=demo", 2);
        Assert.Equal(leads[..2].Select(lead => ("demo", "demo-partner", "sandbox", "77", lead.Body.At("lead_id"), lead.Body.At("order_id"))).Order(),
            held.Select(row => (row.At("campaign")!, row.At("partner")!, row.At("connection")!, row.At("status_id")!, row.At("lead_id"), row.At("order_id"))).Order());
        Assert.DoesNotContain("4915123456789", held[0].At("comment"), StringComparison.Ordinal);
        var page = await Relay.GetAsync(relay.PostbackDispatcher, "held?limit=1");
        Assert.Equal(held[1].At("message_id"), (await Relay.GetAsync(relay.PostbackDispatcher, $"held?limit=1&after={page.At("next")}")).GetProperty("held")[0].At("message_id"));
        foreach (var (query, count) in new[] { ("campaign=other", 0), ("campaign=demo&status=77", 2), ("status=7", 0), ("status=group:SHIPPED", 0) })
            await HeldAsync(query, count);
        Assert.Contains(held[1].At("message_id")!, await Relayctl.DoAsync(relay, "postbacks", "held", "--campaign", "demo", "--status", "77"), StringComparison.Ordinal);
        Assert.Contains("There are none.", await Relayctl.DoAsync(relay, "postbacks", "held", "--group", "shipped"), StringComparison.Ordinal);

        var dry = await DoAsync(relay, "campaigns/demo/release", new { status_id = "77", label = "accepted", dry_run = true });
        dry = await relay.Eventually("they are counted", () => Relay.GetAsync(relay.PostbackDispatcher, $"jobs/{dry.At("job_id")}"), job => job.At("state") is "done");
        Assert.Equal(("2", "2", "what is held of demo in status 77, as accepted (approve)"), (dry.At("looked"), dry.At("done"), dry.At("what")));
        await HeldAsync("", 2);
        var released = await Relayctl.DoAsync(relay, "postbacks", "release", "demo", "--status", "77", "--label", "accepted", "--reason", "the call centre says so");
        Assert.Contains("done: 2 looked at, 2 told", released, StringComparison.Ordinal);
        Assert.Contains("\"77\": \"accepted\",", released, StringComparison.Ordinal);
        foreach (var i in new[] { 0, 1 })
            await relay.Eventually("the tracker is told", () => relay.PostbacksAsync($"held-{i}"), p => p.Statuses().Contains("sale"));
        var timeline = await relay.Eventually("it is on record", () => relay.TimelineAsync(leads[0].Body.At("lead_id")!), t => t.Messages("PostbackDelivered").Count is 2);
        Assert.Equal("operator", timeline.Messages("PostbackDue")[^1].At("rule"));

        await SayAsync(2);
        Assert.Equal(leads[2].Body.At("order_id"), (await HeldAsync("", 1))[0].At("order_id"));
        var group = await Relayctl.DoAsync(relay, "postbacks", "release", "demo", "--group", "shipped", "--label", "accepted");
        Assert.Contains("done: 0 looked at, 0 told", group, StringComparison.Ordinal);
        Assert.Contains("with an id or without", group, StringComparison.Ordinal);
        await RefusedAsync(relay, 422, "campaigns/demo/release", new { status_id = "77", label = "ignore" }, "\"77\": \"ignore\"");
        await RefusedAsync(relay, 422, "campaigns/demo/release", new { status_id = "77", label = "bought" }, "no event of its own");
        await RefusedAsync(relay, 422, "campaigns/demo/release", new { status_id = "3", label = "accepted" }, "released by itself");
        await RefusedAsync(relay, 404, "campaigns/nothing/release", new { status_id = "77", label = "accepted" }, "no campaign");
        await RefusedAsync(relay, 400, "campaigns/demo/release", new { status_id = "77", label = "accepted", dryRun = true }, "no other members");
        foreach (var service in new[] { relay.PostbackDispatcher, relay.CrmWriter })
            Assert.Equal(0, (await Relay.GetAsync(service, "pauses")).GetProperty("pauses").GetArrayLength());
    }

    [Fact]
    public async Task What_was_held_by_its_click_id_is_released_by_a_job_and_by_the_map_though_another_order_has_that_click_id_by_now()
    {
        await using var relay = await Relay.StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456781", click_id = "shared" });
        foreach (var status in new[] { "77", "78" })
            await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Get, $"{Relay.WebhookPath}?click_id=shared&status={status}");
        await relay.Eventually("both are held", HeldAsync, held => held.Length is 2);
        await relay.SubmitAsync(new { phone = "+4915123456782", click_id = "shared" });
        await relay.Eventually("both orders are told of", () => relay.PostbacksAsync("shared"), p => p.Statuses().SequenceEqual(["lead", "lead"]));
        Assert.All(await HeldAsync(), held => Assert.Equal(("demo", lead.At("order_id")), (held.At("campaign"), held.At("order_id"))));

        Assert.Contains("done: 1 looked at, 1 told", await Relayctl.DoAsync(relay, "postbacks", "release", "demo", "--status", "77", "--label", "accepted"), StringComparison.Ordinal);
        await relay.Eventually("the job's came", () => relay.PostbacksAsync("shared"), p => p.Statuses().SequenceEqual(["lead", "lead", "sale"]));
        Samples.Edit(Campaign(relay.ConfigFolder), text => text.Replace("\"3\": \"accepted\"", "\"3\": \"accepted\", \"78\": \"rejected\"", StringComparison.Ordinal));
        await relay.Eventually("the map's came", () => relay.PostbacksAsync("shared"), p => p.Statuses().SequenceEqual(["lead", "lead", "sale", "rejected"]));
        Assert.All((await ListAsync(relay, "")).Skip(2), p => Assert.Equal(lead.At("order_id"), p.At("order_id")));

        async Task<JsonElement[]> HeldAsync() => [.. (await Relay.GetAsync(relay.PostbackDispatcher, "held")).GetProperty("held").EnumerateArray()];
    }

    private static async Task MapAsync(Relay relay, string old, string now, string? expected)
    {
        Samples.Edit(Campaign(relay.ConfigFolder), text => text.Replace(old, now, StringComparison.Ordinal));
        await relay.Eventually("the change counts", () => DoAsync(relay, "postbacks/preview", new { campaign = "demo", status_id = "3" }), p => p.At("event") == expected);
    }

    private static string Campaign(string config) => Path.Combine(config, "campaigns", "demo.json");

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(Relay relay, string query, string path = "postbacks") =>
        [.. (await Relay.GetAsync(relay.PostbackDispatcher, $"{path}?{query}")).GetProperty("postbacks").EnumerateArray()];

    private static Task<JsonElement> FindAsync(Relay relay, string id) => Relay.GetAsync(relay.PostbackDispatcher, $"postbacks/{id}");

    private static async Task<JsonElement> DoAsync(Relay relay, string path, object body)
    {
        var (status, answer) = await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, path, body);
        Assert.True((int)status is 200 or 202, $"{path}: {status} {answer}");
        return answer;
    }

    private static async Task RefusedAsync(Relay relay, int expected, string path, object body, string text)
    {
        var (status, problem) = await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, path, body);
        Assert.True((int)status == expected, $"{path}: {status} {problem}");
        Assert.Contains(text, problem.At("detail"), StringComparison.Ordinal);
    }
}
