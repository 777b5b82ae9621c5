using System.Net;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The main job, the same on both ways to run.</summary>
public abstract class MainPath<TKind>(RelayOf<TKind> shared) : IClassFixture<RelayOf<TKind>>
    where TKind : IRelayKind
{
    private Relay Relay => shared.Relay;

    [Fact]
    public async Task A_lead_becomes_an_order_its_status_a_postback_and_everything_is_kept()
    {
        var click = NewClick();
        var (status, answer) = await Relay.SubmitAsync(new { name = "Anna Schmidt", phone = "0151 23456789", click_id = click, sub1 = "fb", colour = "red" });
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("ok", answer.At("status"));
        Assert.Equal(click, answer.At("click_id"));
        var (lead, order) = (answer.At("lead_id")!, answer.At("order_id")!);

        await Relay.SetStatusAsync(order, "3", "Wants two");
        var postbacks = await Relay.Eventually("both postbacks came", () => Relay.PostbacksAsync(click), p => p.GetArrayLength() >= 2);
        Assert.Equal(["lead", "sale"], postbacks.Statuses());
        Assert.Equal(("12.50", "EUR", order), (postbacks[1].At("payout"), postbacks[1].At("currency"), postbacks[1].At("tid")));

        var timeline = await Relay.Eventually("the audit has it all", () => Relay.TimelineAsync(lead, personal: true), t => t.Messages("PostbackDelivered").Count is 2);
        Assert.Contains("\"colour\"", timeline.Messages("LeadSubmitted").Single().At("raw", "body"), StringComparison.Ordinal);
        var exchange = timeline.Messages("OrderCreated").Single().GetProperty("exchange");
        Assert.Contains("addOrder", exchange.At("document"), StringComparison.Ordinal);
        Assert.Contains("+4915123456789", exchange.At("variables"), StringComparison.Ordinal);
        Assert.Contains(order, exchange.At("response"), StringComparison.Ordinal);
        Assert.Equal("Wants two", timeline.Messages("OrderStatusChanged").Single().At("comment"));
        Assert.Equal(2, timeline.Messages("PostbackAttempted").Count);
        Assert.All(timeline.GetProperty("entries").EnumerateArray(), entry => Assert.True(DateTimeOffset.TryParse(entry.At("at"), out _)));

        var (_, view) = await Relay.SendAsync(Relay.Intake(), HttpMethod.Get, $"leads/{lead}", null, ("X-Api-Key", "demo-partner-key"));
        Assert.Equal(("created", order, "accepted", "approve", "Wants two"), (view.At("state"), view.At("order_id"), view.At("label"), view.At("event"), view.At("comment")));
        Assert.Equal(2, view.GetProperty("postbacks").GetArrayLength());
    }

    [Fact]
    public async Task A_form_is_as_good_as_JSON_and_a_reason_reaches_the_tracker()
    {
        var click = NewClick();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["fio"] = "Jan Kowalski", ["tel"] = "601 234 567", ["geo"] = "pl", ["clickid"] = click, ["api_key"] = "demo-partner-key" });
        var (status, answer) = await Relay.SubmitAsync(form, key: null);
        Assert.Equal(HttpStatusCode.Created, status);

        await Relay.SetStatusAsync(answer.At("order_id")!, "4", "Wrong number & rude");
        var postbacks = await Relay.Eventually("the rejection came", () => Relay.PostbacksAsync(click), p => p.GetArrayLength() >= 2);
        Assert.Equal("Wrong number & rude", postbacks[1].At("parameters", "reason"));
        var timeline = await Relay.Eventually("the audit has the lead", () => Relay.TimelineAsync(answer.At("lead_id")!, personal: true), t => t.Messages("LeadSubmitted").Count is 1);
        Assert.Equal("+48601234567", timeline.Messages("LeadSubmitted")[0].At("lead", "fields", "phone"));
    }

    [Theory]
    [InlineData("application/json", "{\"client\":{\"phone\":\"0151 23456789\",\"name\":\"Anna Schmidt\"},\"data\":{\"clickid\":\"CLICK\"}}")]
    [InlineData("text/plain", "{\"tel\":\"+49 (0)151 23456789\",\"subid\":\"CLICK\"}")]
    [InlineData("", "user_phone=0049151-23456789&aff_click_id=CLICK&fio=Anna+Schmidt")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"mobile\"\r\n\r\n0151 23456789\r\n--b\r\nContent-Disposition: form-data; name=\"click\"\r\n\r\nCLICK\r\n--b--\r\n")]
    public async Task A_body_is_taken_for_what_it_is_and_its_names_for_what_they_mean(string contentType, string body)
    {
        var click = NewClick();
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body.Replace("CLICK", click, StringComparison.Ordinal)));
        if (contentType is not "")
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var (status, answer) = await Relay.SubmitAsync(content);
        Assert.Equal((HttpStatusCode.Created, click), (status, answer.At("click_id")));
        var timeline = await Relay.Eventually("the audit has the lead", () => Relay.TimelineAsync(answer.At("lead_id")!, personal: true), t => t.Messages("LeadSubmitted").Count is 1);
        Assert.Equal("+4915123456789", timeline.Messages("LeadSubmitted")[0].At("lead", "fields", "phone"));
    }

    [Fact]
    public async Task An_advertiser_pushes_a_status_by_its_label()
    {
        var click = NewClick();
        var (_, lead) = await Relay.SubmitAsync(new { phone = "+4915123456789", click_id = click });
        var order = lead.At("order_id")!;

        var (status, answer) = await PushAsync(order, new { campaign = "demo", status = "Accepted" });
        Assert.Equal((HttpStatusCode.OK, "ok"), (status, answer.At("status")));
        await Relay.Eventually("the tracker heard of it", () => Relay.PostbacksAsync(click), p => p.Statuses().Contains("sale"));
        var updated = await Relay.Eventually("the audit has the update", () => Relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("OrderStatusUpdated").Count is 1);
        Assert.Equal("3", updated.Messages("OrderStatusUpdated")[0].At("exchange", "variables", "input", "statusId"));

        var (unknown, problem) = await PushAsync(order, new { campaign = "demo", status = "maybe" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "unknown_status"), (unknown, problem.At("code")));
        Assert.Contains("accepted", problem.At("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PushAsync("999999", new { campaign = "demo", status = "accepted" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Relay.SendAsync(Relay.Intake(), HttpMethod.Post, $"orders/{order}/status", new { campaign = "demo", status = "accepted" }, ("X-Api-Key", "demo-partner-key"))).Status);
    }

    [Theory]
    [InlineData("{clickid}"), InlineData("${SUBID}"), InlineData("%7Bsub1%7D")]
    public async Task A_literal_macro_as_click_id_is_taken_with_a_warning_and_no_postback_is_fired_with_it(string macro)
    {
        var (status, answer) = await Relay.SubmitAsync(new { phone = "+4915123456789", click_id = macro });
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Contains("macro", answer.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Null(answer.At("click_id"));
        await Relay.SetStatusAsync(answer.At("order_id")!, "3");

        var timeline = await Relay.Eventually("both statuses were decided about", () => Relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("PostbackSkipped").Count is 2);
        Assert.All(timeline.Messages("PostbackSkipped"), skipped => Assert.Equal("literal_macro", skipped.At("reason")));
        Assert.Empty(timeline.Messages("PostbackAttempted"));
        Assert.Equal(0, (await Relay.PostbacksAsync(macro)).GetArrayLength());
    }

    [Fact]
    public async Task A_test_submission_shows_what_it_would_be_and_creates_nothing()
    {
        var before = (await Relay.LedgerAsync()).At("crm_calls");
        var (status, answer) = await Relay.SubmitAsync(new { phone = "0151 23456789", name = "Anna", test = true });
        Assert.Equal((HttpStatusCode.OK, "test", "+4915123456789"), (status, answer.At("status"), answer.At("fields", "phone")));
        Assert.Equal(before, (await Relay.LedgerAsync()).At("crm_calls"));
    }

    [Fact]
    public async Task A_campaign_can_be_changed_while_it_runs_and_a_bad_change_is_refused()
    {
        var file = Path.Combine(Relay.ConfigFolder, "campaigns", "reloaded.json");
        var good = await File.ReadAllTextAsync(Path.Combine(Relay.ConfigFolder, "campaigns", "demo.json"));
        await File.WriteAllTextAsync(file, good.Replace("\"alias\": \"demo\"", "\"alias\": \"reloaded\"", StringComparison.Ordinal));
        await Relay.Eventually("the new alias works", () => Relay.SubmitAsync(new { phone = "+4915123456789" }, "reloaded"), r => r.Status is HttpStatusCode.Created);
        await File.WriteAllTextAsync(file, "{ \"alias\": \"reloaded\" ");
        await Relay.Eventually("the fault is in the log", () => Task.FromResult(Relay.Tails(200)), log => log.Contains("reloaded.json", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, (await Relay.SubmitAsync(new { phone = "+4915123456789" }, "reloaded")).Status);
        File.Delete(file);
    }

    private static string NewClick() => $"click-{Guid.CreateVersion7():N}";

    private Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> PushAsync(string order, object body) =>
        Relay.SendAsync(Relay.Intake(), HttpMethod.Post, $"orders/{order}/status", body, ("X-Api-Key", "demo-advertiser-key"));
}

public sealed class MainPath_standalone_in_memory(RelayOf<InMemory> shared) : MainPath<InMemory>(shared);

public sealed class MainPath_five_processes_on_RabbitMQ(RelayOf<OnRabbitMq> shared) : MainPath<OnRabbitMq>(shared);
