using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LeadRelay.AuditStore;
using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What the audit answers: to the operator, to whoever may read personal data, and to partners.</summary>
public sealed class AuditApi(RelayOf<InMemory> shared) : IClassFixture<RelayOf<InMemory>>
{
    private readonly Relay relay = shared.Relay;

    [Fact]
    public async Task A_message_is_found_by_everything_that_it_is_about()
    {
        var (leadId, orderId, click) = await LeadAsync("+4915123000001", "found");
        await relay.SetStatusAsync(orderId, "4", "Wants a GREEN one, später");
        await relay.Eventually("all of it is stored", () => relay.AuditAsync($"lead_id={leadId}&kind=PostbackDelivered"), f => f.Messages("PostbackDelivered").Count is 2);

        foreach (var query in new[]
        {
            $"lead_id={leadId}", $"order_id={orderId}", $"connection=sandbox&order_id={orderId}", $"click_id={click}", "phone=%2B49 151 23000001",
            $"comment=green ONE&lead_id={leadId}", $"campaign=demo&lead_id={leadId}&from=2026-01-01", $"partner=demo-partner&click_id={click}&kind=LeadSubmitted, PostbackDue",
            $"lead_id={leadId}&limit=1&order=oldest",
        })
            Assert.NotEmpty((await relay.AuditAsync(query)).GetProperty("entries").EnumerateArray());
        foreach (var query in new[] { $"lead_id={Guid.CreateVersion7()}", $"order_id={orderId}&connection=other", "phone=%2B4915123000009", $"lead_id={leadId}&to=2020-01-01", "comment=100%25" })
            Assert.Empty((await relay.AuditAsync(query)).GetProperty("entries").EnumerateArray());
        // A webhook names no lead: it is found by its order's campaign and partner.
        Assert.Equal(orderId, Assert.Single((await relay.AuditAsync($"campaign=demo&partner=demo-partner&order_id={orderId}")).Messages("OrderStatusChanged")).At("about", "orderId"));
    }

    [Fact]
    public async Task Pages_follow_one_another_until_there_is_no_next()
    {
        var (leadId, _, _) = await LeadAsync("+4915123000002", "pages");
        var whole = await relay.Eventually("the postback is delivered", () => relay.AuditAsync($"lead_id={leadId}"), f => f.Messages("PostbackDelivered").Count is 1);
        var (ids, after) = (new List<string?>(), "");
        do
        {
            var page = await relay.AuditAsync($"lead_id={leadId}&limit=2{after}");
            ids.AddRange(page.GetProperty("entries").EnumerateArray().Select(e => e.At("message_id")));
            after = page.At("next") is { } next ? $"&after={next}" : null;
        }
        while (after is not null);

        Assert.Equal(whole.GetProperty("entries").EnumerateArray().Select(e => e.At("message_id")), ids);
    }

    [Theory]
    [InlineData("colour=red", "There is no parameter colour")]
    [InlineData("kind=LeadSubmited", "There is no kind LeadSubmited.")]
    [InlineData("limit=0", "limit must be")]
    [InlineData("from=yesterday", "from must be a time")]
    [InlineData("lead_id=1", "lead_id must be")]
    [InlineData("phone=none", "phone must be")]
    [InlineData("order=up", "order must be")]
    [InlineData("personal=yes", "personal must be")]
    [InlineData("after=nowhere", "after must be")]
    public async Task What_cannot_be_understood_is_said(string query, string sentence)
    {
        var (status, problem) = await Relay.SendAsync(relay.AuditStore, HttpMethod.Get, $"audit?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(sentence, problem.At("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Personal_data_is_masked_unless_it_is_asked_for_by_whoever_may_and_then_that_is_on_record()
    {
        var (leadId, _, _) = await LeadAsync("+4915123000003", "masked");
        await relay.Eventually("it is stored", () => relay.AuditAsync($"lead_id={leadId}&kind=OrderCreated"), f => f.Messages("OrderCreated").Count is 1);

        foreach (var path in new[] { $"leads/{leadId}/timeline", $"audit?lead_id={leadId}" })
        {
            var masked = (await Relay.GetAsync(relay.AuditStore, path)).GetRawText();
            Assert.DoesNotContain("15123000003", masked, StringComparison.Ordinal);
            Assert.DoesNotContain("Muster", masked, StringComparison.Ordinal);
            Assert.Contains("click-masked", masked, StringComparison.Ordinal);
        }
        Assert.Empty((await relay.AuditAsync($"lead_id={leadId}&kind=AuditRead")).Messages("AuditRead"));

        var clear = await relay.TimelineAsync(leadId, personal: true);
        Assert.Equal("+4915123000003", Assert.Single(clear.Messages("LeadSubmitted")).At("lead", "fields", "phone"));
        var reads = await relay.Eventually("the read is on record", async () => (await relay.AuditAsync($"lead_id={leadId}&kind=AuditRead")).Messages("AuditRead"), found => found.Count is 1);
        var read = Assert.Single(reads);
        Assert.Equal(("operator", "timeline", "true"), (read.At("reader"), read.At("what"), read.At("personal")));

        await Relay.GetAsync(relay.AuditStore, "audit?phone=%2B4915123000003&personal=true");
        var search = await relay.Eventually("that one, too", () => relay.AuditAsync("kind=AuditRead"),
            f => f.Messages("AuditRead").Any(m => m.At("what") is "search" && m.At("filter")!.Contains("phone_hmac=", StringComparison.Ordinal)));
        Assert.DoesNotContain("15123000003", search.GetRawText(), StringComparison.Ordinal);

        using var plain = new HttpClient { BaseAddress = relay.AuditStore.BaseAddress };
        plain.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Relay.OperatorToken);
        Assert.Equal(HttpStatusCode.OK, (await Relay.SendAsync(plain, HttpMethod.Get, $"leads/{leadId}/timeline")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Relay.SendAsync(plain, HttpMethod.Get, $"leads/{leadId}/timeline?personal=true")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Relay.SendAsync(plain, HttpMethod.Post, "audit/forget", new { lead_id = leadId })).Status);
    }

    [Fact]
    public async Task A_partner_sees_its_own_leads_without_what_is_between_the_relay_and_SalesRender()
    {
        var (leadId, orderId, _) = await LeadAsync("+4915123000004", "partners");
        await relay.SetStatusAsync(orderId, "3", "Wants two");
        await relay.Eventually("all of it is stored", () => relay.AuditAsync($"lead_id={leadId}&kind=PostbackDelivered"), f => f.Messages("PostbackDelivered").Count is 2);

        var (status, timeline) = await AskAsync($"leads/{leadId}/timeline");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(orderId, Assert.Single(timeline.Messages("OrderCreated")).At("about", "orderId"));
        Assert.Equal("Wants two", Assert.Single(timeline.Messages("OrderStatusChanged")).At("comment"));
        foreach (var text in new[] { timeline.GetRawText(), (await AskAsync("audit?campaign=demo")).Body.GetRawText() })
        {
            foreach (var hidden in new[] { "exchange", "mutation", "sandbox", "companies", "15123000004" })
                Assert.DoesNotContain(hidden, text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync($"leads/{leadId}/timeline", "demo-advertiser-key")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync($"leads/{leadId}/timeline?personal=true")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync("audit/apart")).Status);
        Assert.Empty((await AskAsync("audit?kind=AuditRead")).Body.GetProperty("entries").EnumerateArray());
        foreach (var key in new[] { "nobodys-key", "" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("audit", key)).Status);
    }

    [Fact]
    public async Task Statistics_say_what_became_of_a_days_leads()
    {
        await using var own = await Relay.StartAsync();
        string[] orders = [await own.OrderAsync("demo", "one"), await own.OrderAsync("demo", "two"), await own.OrderAsync("demo", "three")];
        await own.SetStatusAsync(orders[0], "3");
        await own.SetStatusAsync(orders[1], "4");
        await own.SubmitAsync(new { phone = "12" });

        var days = await own.Eventually("all of it is counted", async () => Days(await Relay.GetAsync(own.AuditStore, "audit/statistics?campaign=demo&from=2026-01-01")),
            found => Sum(found, "postbacks_delivered") is 5 && Words(found, "rejected").Count > 0);

        // More than one if it is midnight just now.
        Assert.All(days, day => Assert.Equal("demo", day.At("campaign")));
        Assert.Equal((3, 3, 0), (Sum(days, "leads"), Sum(days, "orders"), Sum(days, "open")));
        Assert.Equal(1, days.Where(day => day.At("approval_rate") is not null).Sum(day => day.GetProperty("approval_rate").GetDouble() * day.GetProperty("orders").GetInt64()), 0.01);
        Assert.All(days.Where(day => day.At("postbacks_delivered") is not "0"), day => Assert.Equal("1", day.At("postback_success")));
        Assert.Equal(["invalid_phone 1"], Words(days, "rejected"));
        Assert.Equal(["accepted 1", "rejected 1", "wait 1"], Words(days, "labels"));
        Assert.Equal(0, (await Relay.GetAsync(own.AuditStore, "audit/statistics?partner=other")).GetProperty("days").GetArrayLength());
    }

    [Fact]
    public async Task The_same_is_done_from_a_shell()
    {
        var (leadId, _, _) = await LeadAsync("+4915123000005", "shell");
        await relay.Eventually("it is stored", () => relay.AuditAsync($"lead_id={leadId}&kind=PostbackDelivered"), f => f.Messages("PostbackDelivered").Count is 1);

        Assert.Contains("click-shell", await Relayctl.DoAsync(relay, "audit", "search", "--phone", "+49 151 23000005", "--kind", "LeadSubmitted"), StringComparison.Ordinal);
        Assert.DoesNotContain("15123000005", await Relayctl.DoAsync(relay, "audit", "timeline", leadId), StringComparison.Ordinal);
        Assert.Contains("15123000005", await Relayctl.DoAsync(relay, "audit", "timeline", leadId, "--personal"), StringComparison.Ordinal);
        Assert.Contains("\"approval_rate\"", await Relayctl.DoAsync(relay, "audit", "statistics", "--campaign=demo"), StringComparison.Ordinal);
        var export = await Relayctl.DoAsync(relay, "audit", "export", "--lead-id", leadId, "--view", "log", "--format", "csv");
        Assert.Contains($",order_created,demo,demo-partner,{leadId},", export, StringComparison.Ordinal);
        Assert.Contains("1 lead(s)", await Relayctl.DoAsync(relay, "audit", "forget", "--lead-id", leadId, "--reason", "asked for it"), StringComparison.Ordinal);
        await relay.Eventually("it is forgotten", async () => await Relayctl.DoAsync(relay, "audit", "timeline", leadId), text => text.Contains("PersonForgotten", StringComparison.Ordinal));
        var (_, errors) = await Relayctl.RunAsync(relay, 1, "audit", "export", "--from", "yesterday");
        Assert.Contains("from must be a time", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_forgotten_by_every_owner_of_data_and_the_statistics_stay()
    {
        await using var own = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Campaign(config, "strict", ("\"country\": \"DE\"", "\"country\": \"DE\", \"required\": [\"email\"]")),
        });
        string[] files = [.. new[] { "audit.db", "crm.db", "postbacks.db" }.Select(file => Path.Combine(own.DataFolder, file))];
        // Two leads of the person, of which one is still on its way when it is forgotten, a refused one, and somebody else's.
        var (_, done) = await own.SubmitAsync(new { phone = "+4915123000007", click_id = "done", name = "Zoltan Muster", comment = "Zoltan prefers mornings" });
        await own.SetStatusAsync(done.At("order_id")!, "4", "Zoltan said no");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await own.SubmitAsync(new { phone = "+4915123000007", name = "Zoltan Muster" }, "strict")).Status);
        var (_, other) = await own.SubmitAsync(new { phone = "+4915123000008", name = "Berta Beispiel" });
        await own.Eventually("the first is at its end", () => own.AuditAsync($"lead_id={done.At("lead_id")}&kind=PostbackDelivered"), f => f.Messages("PostbackDelivered").Count is 2);
        await own.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 3000 });
        var (_, late) = await own.SubmitAsync(new { phone = "+4915123000007", click_id = "late", name = "Zoltan Muster" }, headers: ("Prefer", "respond-async"));
        await own.Eventually("it is being made", () => own.AuditAsync($"lead_id={late.At("lead_id")}&kind=LeadSubmitted"), f => f.Messages("LeadSubmitted").Count is 1);

        var (status, answer) = await Relay.SendAsync(own.AuditStore, HttpMethod.Post, "audit/forget", new { phone = "+49 151 23000007", reason = "asked for it" });

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(new[] { done.At("lead_id"), late.At("lead_id") }.Order(), answer.GetProperty("leads").EnumerateArray().Select(l => l.GetString()).Order());
        await own.Eventually("every owner has done it, of the late one, too", async () =>
        {
            async Task<string> By(JsonElement lead) => string.Join(' ', (await own.TimelineAsync(lead.At("lead_id")!)).Messages("PersonForgotten")
                .Where(m => m.At("complete") is "true").Select(m => m.At("by")).Distinct().Order());
            return (await By(done), await By(late));
        }, by => by.Item1 is "AuditStore CrmWriter PostbackDispatcher" && by.Item2.Contains("PostbackDispatcher", StringComparison.Ordinal));
        await own.Eventually("nothing of the person is left",
            () => Task.FromResult(files.SelectMany(Stored.Rows).Where(row => row.Contains("15123000007", StringComparison.Ordinal) || row.Contains("Zoltan", StringComparison.Ordinal)).ToArray()),
            left => left.Length is 0);

        Assert.Equal("+4915123000008", Assert.Single((await own.TimelineAsync(other.At("lead_id")!, personal: true)).Messages("LeadSubmitted")).At("lead", "fields", "phone"));
        var (_, view) = await own.AskAsPartnerAsync($"leads/{done.At("lead_id")}");
        Assert.Equal(("created", "cancel", null), (view.At("state"), view.At("event"), view.At("comment")));
        var days = Days(await Relay.GetAsync(own.AuditStore, "audit/statistics?campaign=demo"));
        Assert.Equal((3, 3), (Sum(days, "leads"), Sum(days, "orders")));
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(own.AuditStore, HttpMethod.Post, "audit/forget", new { lead_id = Guid.CreateVersion7() })).Status);
    }

    [Fact]
    public async Task The_consoles_page_of_a_lead_with_two_hundred_messages_is_less_than_150_KB()
    {
        var story = LeadStory.Troubled(1, DateTimeOffset.FromUnixTimeMilliseconds(1_770_000_000_000));
        var facts = new LeadFacts();
        foreach (var (id, message) in story)
            facts.Add(id, message);
        await using (var store = new SqliteStore(Path.Combine(relay.DataFolder, "audit.db"), SqliteAuditLog.Schema + SqliteLeadViews.Schema, TimeProvider.System, NullLogger.Instance))
        {
            await new SqliteLeadViews(store).WriteAsync([facts.Store(LeadStory.Id(1), version: 0)], CancellationToken.None);
            await new SqliteAuditLog(store).AppendAsync([.. story.Select(sent => new AuditEntry(sent.Id, sent.Message.GetType().Name, sent.Message.At, sent.Message.About, null, null, null, Wire.Text(sent.Message)))], CancellationToken.None);
        }
        using var browser = await ConsoleCaller.BrowserAsync(relay.Address("AuditStore"), Relay.OperatorToken);

        var page = await browser.GetByteArrayAsync(new Uri($"lead/{LeadStory.Id(1)}", UriKind.Relative));

        Assert.Equal(200, Encoding.UTF8.GetString(page).Split("class=\"tools\"").Length - 1);
        Assert.InRange(page.Length, 10_000, 150_000);
    }

    private static JsonElement[] Days(JsonElement statistics) => [.. statistics.GetProperty("days").EnumerateArray()];

    private static long Sum(JsonElement[] days, string number) => days.Sum(day => day.GetProperty(number).GetInt64());

    /// <summary>What is counted by a word, as <c>wait 1</c>.</summary>
    private static IReadOnlyList<string> Words(JsonElement[] days, string member) => [.. days.SelectMany(day => day.GetProperty(member).EnumerateObject())
        .GroupBy(count => count.Name).Select(same => $"{same.Key} {same.Sum(count => count.Value.GetInt64())}").Order(StringComparer.Ordinal)];

    private async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string path, string key = "demo-partner-key")
    {
        using var client = new HttpClient { BaseAddress = relay.AuditStore.BaseAddress };
        return await Relay.SendAsync(client, HttpMethod.Get, path, null, ("X-Api-Key", key));
    }

    private async Task<(string LeadId, string OrderId, string Click)> LeadAsync(string phone, string name)
    {
        var (_, lead) = await relay.SubmitAsync(new { phone, click_id = $"click-{name}", name = "Anna Muster" });
        return (lead.At("lead_id")!, lead.At("order_id")!, $"click-{name}");
    }
}
