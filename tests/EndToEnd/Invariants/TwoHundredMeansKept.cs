using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Invariants 1 and 2. <see cref="EdgeSpool"/> has the rest of the first.</summary>
public sealed class TwoHundredMeansKept
{
    [Fact]
    public async Task Two_hundred_means_kept_and_evidence_comes_before_action_though_anything_is_killed()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = Samples.Replicas(("Intake", 2)), Configure = Samples.ShortTimeLimit,
        });
        using var stop = new CancellationTokenSource();
        var accepted = new ConcurrentBag<string>();
        var load = Enumerable.Range(1, 4).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested && accepted.Count < 900; i++)
            {
                try
                {
                    await Task.Delay(40); // 900 are what one query of the audit can settle, and they must last for all the kills
                    var (status, answer) = await relay.SubmitAsync(new { phone = $"+49151{worker}{i:D7}", click_id = $"c{worker}-{i}" }, replica: 1 + i % 2, headers: ("Prefer", "wait=0.2"));
                    if ((int)status is >= 200 and < 300)
                        accepted.Add(answer.At("lead_id")!);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException) { } // that Intake was just killed: no answer, no promise
            }
        })).ToArray();

        foreach (var service in new[] { "CrmWriter", "AuditStore", "Intake", "CrmWriter", "Intake", "PostbackDispatcher" })
        {
            var before = accepted.Count;
            await relay.Eventually($"leads were accepted before {service} is killed", () => Task.FromResult(accepted.Count), count => count > before + 5);
            var replica = service is "Intake" ? 2 : 1;
            relay.Kill(service, replica);
            await relay.StartServiceAsync(service, replica);
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);

        var leads = accepted.Distinct().ToArray();
        await relay.Eventually("every accepted lead has an outcome in the audit", async () =>
        {
            var outcomes = new HashSet<string>();
            foreach (var kind in new[] { "OrderCreated", "OrderInDoubt", "OrderRefused" })
                outcomes.UnionWith((await relay.AuditAsync($"kind={kind}&limit=1000")).Messages(kind).Select(m => m.At("about", "leadId")!));
            return leads.Except(outcomes).ToArray();
        }, missing => missing.Length is 0, TimeSpan.FromSeconds(60));

        var submitted = (await relay.AuditAsync("kind=LeadSubmitted&limit=1000")).Messages("LeadSubmitted").Select(m => m.At("about", "leadId")!).ToHashSet();
        Assert.Empty(leads.Except(submitted));
        var orders = (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().ToArray();
        Assert.All(orders, order => Assert.Equal(1, order.Value.GetInt32()));
        Assert.Empty(orders.Select(o => o.Name).Except(submitted)); // no order without its cause on record
    }

    [Fact]
    public async Task A_lead_published_while_its_services_have_never_run_is_processed_and_audited_when_they_start()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake"] });
        var (status, answer) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "early" }, headers: ("Prefer", "respond-async"));
        Assert.Equal(HttpStatusCode.Accepted, status);
        var (unanswered, problem) = await relay.AskAsPartnerAsync(answer.At("status_url")!);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "status_unavailable"), (unanswered, problem.At("code")));
        foreach (var service in new[] { "CrmWriter", "AuditStore" })
            await relay.StartServiceAsync(service);
        await relay.Eventually("lead and order are in the audit", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("LeadSubmitted").Count is 1 && t.Messages("OrderCreated").Count is 1);

        // A partner's view is a moment behind the messages.
        await relay.Eventually("the partner is told", () => relay.AskAsPartnerAsync(answer.At("status_url")!), view => view.Body.At("state") is "created");
    }

    /// <summary>In <c>./test long</c>; that a door without broker and room says 503, a full spool shows, too: <see cref="EdgeSpool"/>.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task Without_the_broker_and_without_a_spool_there_is_never_a_2xx_and_repeating_with_the_lead_id_is_the_same_lead()
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Services = ["Intake", "WebhookReceiver", "CrmWriter", "AuditStore"],
            Environment = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["*"] = new Dictionary<string, string> { ["Spool__Path"] = "" } },
        });
        await Task.Delay(RabbitNode.QueueSettles);
        node.Kill();

        var lead = new { phone = "+4915123456789", click_id = "again" };
        var (status, problem) = await relay.SubmitAsync(lead);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "outcome_unknown"), (status, problem.At("code")));
        var webhook = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = "1", status = new { id = "3" } });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, webhook.Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await relay.AskAsPartnerAsync($"leads/{problem.At("lead_id")}")).Status);

        await node.RestartAsync();
        (HttpStatusCode Status, JsonElement Body) repeated = default;
        await relay.Eventually("the relay takes leads again", async () =>
            repeated = await relay.SubmitAsync(lead, headers: ("Idempotency-Key", problem.At("lead_id")!)), answer => answer.Status is HttpStatusCode.Created, TimeSpan.FromSeconds(90));
        Assert.Equal(problem.At("lead_id"), repeated.Body.At("lead_id"));
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders_per_lead", problem.At("lead_id")!));
    }
}
