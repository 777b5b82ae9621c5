using System.Net;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Invariants 3 and 4. Looking an order in doubt up in SalesRender completes the third.</summary>
public sealed class OneLeadOneOrder
{
    [Fact]
    public async Task One_lead_is_one_order_though_CrmWriter_is_killed_between_the_answer_and_its_own_record()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = Samples.ShortTimeLimit,
            Services = ["Intake", "CrmWriter", "AuditStore"],
        });
        await relay.FaultAsync(new { target = "crm", kind = "hang_after", delay_ms = 60_000, times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "respond-async"));
        var lead = answer.At("lead_id")!;
        await relay.Eventually("the CRM has the order", relay.LedgerAsync, ledger => ledger.At("orders") is "1");
        relay.Kill("CrmWriter");
        await relay.StartServiceAsync("CrmWriter");

        await relay.Eventually("the lead is in doubt", () => relay.TimelineAsync(lead), t => t.Messages("OrderInDoubt").Count is 1);
        var (status, repeated) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Idempotency-Key", lead));
        Assert.Equal((HttpStatusCode.Accepted, lead), (status, repeated.At("lead_id")));
        Assert.Equal(("1", "1"), ((await relay.LedgerAsync()).At("orders_per_lead", lead), (await relay.LedgerAsync()).At("crm_calls")));
    }

    [Fact]
    public async Task A_CRM_that_does_not_answer_leaves_the_lead_in_doubt_and_is_not_asked_again()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = Samples.ShortTimeLimit });
        await relay.FaultAsync(new { target = "crm", kind = "cut", times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" });
        await relay.Eventually("the lead is in doubt", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("OrderInDoubt").Count is 1);
        // Another lead goes through meanwhile, and after it there still was one call for the first.
        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(new { phone = "+4915123456780" })).Status);
        Assert.Equal("2", (await relay.LedgerAsync()).At("crm_calls"));
    }

    [Fact]
    public async Task A_CRM_that_provably_got_nothing_is_asked_again_until_it_takes_the_lead()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 429, times = 2 });
        var (status, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "wait=20"));
        Assert.Equal(HttpStatusCode.Created, status);
        var timeline = await relay.Eventually("the audit has the delays", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("OrderWriteDelayed").Count is 2 && t.Messages("OrderCreated").Count is 1);
        Assert.Contains("429", timeline.Messages("OrderWriteDelayed")[0].At("reason"), StringComparison.Ordinal);
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders"));
    }

    [Fact]
    public async Task The_same_submission_is_the_same_lead_through_any_replica_and_gets_the_same_answer()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = Samples.Replicas(("Intake", 2), ("CrmWriter", 2)),
            Services = ["Intake", "CrmWriter", "AuditStore"],
        });
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 300 });
        var body = new { phone = "+4915123456789", click_id = "same", external_lead_id = "A-17" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => relay.SubmitAsync(body, replica: 1 + i % 2, headers: ("Prefer", "wait=20"))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body.GetRawText()).Distinct());
        Assert.Equal(("1", "1"), ((await relay.LedgerAsync()).At("orders"), (await relay.LedgerAsync()).At("crm_calls")));

        var (status, conflict) = await relay.SubmitAsync(new { phone = "+4915123456780", external_lead_id = "A-17" });
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_conflict"), (status, conflict.At("code")));
        await relay.Eventually("the conflict is on record", () => relay.TimelineAsync(conflict.At("lead_id")!), t => t.Messages("SubmissionConflicted").Count is 1);
    }

    [Fact]
    public async Task An_Intake_that_dies_while_it_waits_delays_nobody()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = Samples.Replicas(("Intake", 2)), Services = ["Intake", "CrmWriter", "AuditStore"],
        });
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 1500, times = 1 });
        var orphan = relay.SubmitAsync(new { phone = "+4915123456789", external_lead_id = "orphan" }, replica: 2, headers: ("Prefer", "wait=20"));
        await relay.Eventually("CrmWriter has called", relay.LedgerAsync, ledger => ledger.At("crm_calls") is "1");
        relay.Kill("Intake", 2);
        await Assert.ThrowsAnyAsync<Exception>(() => orphan);

        var (status, answer) = await relay.SubmitAsync(new { phone = "+4915123456780" });
        Assert.Equal(HttpStatusCode.Created, status);
        var (again, repeated) = await relay.SubmitAsync(new { phone = "+4915123456789", external_lead_id = "orphan" }, headers: ("Prefer", "wait=20"));
        Assert.Equal(HttpStatusCode.Created, again);
        Assert.NotEqual(answer.At("order_id"), repeated.At("order_id"));
        Assert.DoesNotContain("R-RETRY", relay.Tails(500), StringComparison.Ordinal);
        Assert.All(await relay.Node!.QueuesAsync(relay.BrokerUrl!), queue => Assert.False(queue.Key.EndsWith("_error", StringComparison.Ordinal) && queue.Value.Messages > 0, queue.Key));
    }
}
