using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What partners are told of their leads, and of those of others.</summary>
public sealed class LookUps
{
    [Fact]
    public async Task A_partner_finds_its_leads_by_every_id_and_nobody_elses()
    {
        await using var relay = await StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "mine" });
        var (_, foreign) = await relay.SubmitAsync(new { phone = "+4915123456780", click_id = "theirs" }, key: "other-key");
        await relay.SetStatusAsync(lead.At("order_id")!, "3", "Wants two");
        var postbacks = await relay.Eventually("the postback is known", () => AskAsync(relay, $"leads/{lead.At("lead_id")}"), a => a.Body.GetRawText().Contains("\"delivered\"", StringComparison.Ordinal) && a.Body.At("label") is "accepted");
        Assert.Equal("accepted", postbacks.Body.At("label"));

        foreach (var path in new[] { "leads?click_id=mine", $"leads?campaign=demo&order_id={lead.At("order_id")}" })
        {
            var (status, found) = await AskAsync(relay, path);
            Assert.Equal(HttpStatusCode.OK, status);
            var view = Assert.Single(found.GetProperty("leads").EnumerateArray());
            Assert.Equal((lead.At("lead_id"), lead.At("order_id"), "mine", "approve", "Wants two"), (view.At("lead_id"), view.At("order_id"), view.At("click_id"), view.At("event"), view.At("comment")));
            Assert.Equal(0, found.GetProperty("unknown").GetArrayLength());
        }
        foreach (var path in new[] { "leads?click_id={0}", "leads?campaign=demo&order_id={0}", "leads/{0}" })
        {
            var theirs = path.Contains("click", StringComparison.Ordinal) ? "theirs" : path.Contains("order", StringComparison.Ordinal) ? foreign.At("order_id")! : foreign.At("lead_id")!;
            var nobodys = path.Contains("leads/", StringComparison.Ordinal) ? Guid.CreateVersion7().ToString() : "nobodys";
            await relay.Eventually("the other knows it", () => AskAsync(relay, string.Format(System.Globalization.CultureInfo.InvariantCulture, path, theirs), "other-key"), a => a.Body.GetRawText().Contains("\"created\"", StringComparison.Ordinal));
            Assert.Equal(await AnswerAsync(relay, path, nobodys), await AnswerAsync(relay, path, theirs));
        }
    }

    [Fact]
    public async Task A_thousand_ids_are_asked_for_at_once()
    {
        await using var relay = await StartAsync();
        var (_, first) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "one" });
        var (_, second) = await relay.SubmitAsync(new { phone = "+4915123456781", click_id = "two" });
        var (_, foreign) = await relay.SubmitAsync(new { phone = "+4915123456782", click_id = "three" }, key: "other-key");
        string[] own = [first.At("lead_id")!, second.At("lead_id")!];
        string[] others = [foreign.At("lead_id")!, "no id at all", .. Enumerable.Range(0, 996).Select(_ => Guid.CreateVersion7().ToString())];
        await relay.Eventually("the audit has both", () => QueryAsync(relay, new { lead_ids = own }), a => a.Body.GetProperty("leads").EnumerateArray().Count(l => l.At("state") is "created") is 2);

        var (status, found) = await QueryAsync(relay, new { lead_ids = own.Concat(others) });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(own.Order(), found.GetProperty("leads").EnumerateArray().Select(l => l.At("lead_id")!).Order());
        Assert.Equal(others, found.GetProperty("unknown").EnumerateArray().Select(u => u.GetString()));

        var (_, byClick) = await QueryAsync(relay, new { click_ids = new[] { "one", "two", "three" } });
        Assert.Equal((2, "[\"three\"]"), (byClick.GetProperty("leads").GetArrayLength(), byClick.GetProperty("unknown").GetRawText()));
        var (_, byOrder) = await QueryAsync(relay, new { campaign = "demo", order_ids = new[] { first.At("order_id"), foreign.At("order_id") } });
        Assert.Equal((own[0], foreign.At("order_id")), (byOrder.GetProperty("leads")[0].At("lead_id"), byOrder.GetProperty("unknown")[0].GetString()));

        await RefusedAsync(HttpStatusCode.UnprocessableEntity, "too_many_ids", new { lead_ids = own.Concat(others).Append("one more") });
        await RefusedAsync(HttpStatusCode.UnprocessableEntity, "missing_field", new { order_ids = new[] { "1" } });
        await RefusedAsync(HttpStatusCode.UnprocessableEntity, "missing_field", new { });
        await RefusedAsync(HttpStatusCode.BadRequest, "invalid_json", "{ \"lead_ids\": [");
        await relay.Eventually("the refusals are on record", () => relay.AuditAsync("kind=LeadRefused"), f => f.Messages("LeadRefused").Count is 4);

        async Task RefusedAsync(HttpStatusCode expected, string code, object body)
        {
            var (refused, problem) = await QueryAsync(relay, body);
            Assert.Equal((expected, code), (refused, problem.At("code")));
        }
    }

    [Fact]
    public async Task The_status_url_works_at_once()
    {
        await using var relay = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var (_, queued) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "respond-async"));
            var (status, view) = await AskAsync(relay, queued.At("status_url")!.TrimStart('/'));
            Assert.Equal((HttpStatusCode.OK, queued.At("lead_id"), "demo"), (status, view.At("lead_id"), view.At("campaign")));
        }
    }

    [Fact]
    public async Task An_advertiser_pushes_a_status_by_the_leads_id_and_another_cannot()
    {
        await using var relay = await StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "pushed" });
        var id = lead.At("lead_id")!;

        var (status, answer) = await PushAsync(relay, id, "Accepted");
        Assert.Equal((HttpStatusCode.OK, "ok", lead.At("order_id")), (status, answer.At("status"), answer.At("order_id")));
        await relay.Eventually("the tracker heard of it", () => relay.PostbacksAsync("pushed"), p => p.Statuses().Contains("sale"));
        var (unknown, problem) = await PushAsync(relay, id, "maybe");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "unknown_status"), (unknown, problem.At("code")));
        Assert.Contains("accepted", problem.At("detail"), StringComparison.Ordinal);

        // Not his campaign's lead, and nobody's lead: one answer. Nor does pushing make a lead one's own.
        var nobodys = Guid.CreateVersion7().ToString();
        var (foreign, told) = await PushAsync(relay, id, "accepted", "shop-key");
        Assert.Equal((HttpStatusCode.NotFound, "unknown_lead"), (foreign, told.At("code")));
        Assert.Equal(told.At("detail")!.Replace(id, nobodys, StringComparison.Ordinal), (await PushAsync(relay, nobodys, "accepted", "shop-key")).Body.At("detail"));
        Assert.Equal(HttpStatusCode.Forbidden, (await PushAsync(relay, id, "accepted", "demo-partner-key")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(relay, $"leads/{id}", "demo-advertiser-key")).Status);

        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 3000 });
        var (_, slow) = await relay.SubmitAsync(new { phone = "+4915123456780" }, headers: ("Prefer", "respond-async"));
        var early = await relay.Eventually("CrmWriter knows the lead", () => PushAsync(relay, slow.At("lead_id")!, "accepted"), a => a.Status is not HttpStatusCode.NotFound);
        Assert.Equal((HttpStatusCode.Conflict, "no_order_yet"), (early.Status, early.Body.At("code")));
    }

    private static Task<(HttpStatusCode Status, JsonElement Body)> PushAsync(Relay relay, string leadId, string status, string key = "demo-advertiser-key") =>
        Relay.SendAsync(relay.Intake(), HttpMethod.Post, $"leads/{leadId}/status", new { status }, ("X-Api-Key", key));

    private static Task<Relay> StartAsync() => Relay.StartAsync(new RelayOptions
    {
        Configure = config =>
        {
            File.WriteAllText(Path.Combine(config, "partners", "other.json"), $$"""{ "keys": ["sha256:{{Convert.ToHexStringLower(SHA256.HashData("other-key"u8))}}"] }""");
            File.WriteAllText(Path.Combine(config, "partners", "shop.json"), $$"""{ "keys": ["sha256:{{Convert.ToHexStringLower(SHA256.HashData("shop-key"u8))}}"], "roles": ["advertiser"] }""");
            Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("[\"demo-partner\"", "[\"other\", \"demo-partner\"", StringComparison.Ordinal));
        },
    });

    private static Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(Relay relay, string path, string key = "demo-partner-key") =>
        Relay.SendAsync(relay.Intake(), HttpMethod.Get, path, null, ("X-Api-Key", key));

    private static Task<(HttpStatusCode Status, JsonElement Body)> QueryAsync(Relay relay, object body) =>
        Relay.SendAsync(relay.Intake(), HttpMethod.Post, "leads/query", body, ("X-Api-Key", "demo-partner-key"));

    /// <summary>Status, headers and body, without the id that was asked for, the trace and the time.</summary>
    private static async Task<string> AnswerAsync(Relay relay, string path, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, id), UriKind.Relative));
        request.Headers.Add("X-Api-Key", "demo-partner-key");
        using var answer = await relay.Intake().SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        var trace = JsonDocument.Parse(body).RootElement.At("trace_id") ?? "no trace";
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Date" or "Content-Length")).Select(h => $"{h.Key}: {string.Join(',', h.Value)}");
        return $"{answer.StatusCode}\n{string.Join('\n', headers)}\n{body.Replace(id, "ID", StringComparison.Ordinal).Replace(trace, "TRACE", StringComparison.Ordinal)}";
    }
}
