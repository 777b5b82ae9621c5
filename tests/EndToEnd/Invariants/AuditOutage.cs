using System.Net;
using System.Diagnostics;
using Xunit.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>The audit's store away under load: nobody notices, and nothing is lost. For two minutes with <c>./test long</c>, else until the store has failed once.</summary>
public sealed class AuditOutage(ITestOutputHelper output)
{
    [Fact]
    public async Task While_the_audits_store_is_away_leads_are_taken_and_afterwards_it_has_every_message()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake", "CrmWriter", "AuditStore"], Configure = Samples.NoRateLimit,
        });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        var file = Path.Combine(relay.DataFolder, "audit.db");
        List<SentMessage> published = [];
        List<string> leads = [];

        var limit = TimeSpan.FromMinutes(TestRun.IsLong ? 5 : 2);
        var held = Stored.Lock(file);
        var started = Stopwatch.GetTimestamp();
        do
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                Assert.Fail($"The store has been away for {limit.TotalMinutes} minutes, and AuditStore has not said that it is waited for:\n{relay.Process("AuditStore").Output}");
            SentMessage[] messages = [.. Enumerable.Range(1 + published.Count, 40).SelectMany(number => LeadStory.Of(number, DateTimeOffset.UnixEpoch.AddYears(50)))];
            await wire.PublishAsync(messages);
            published.AddRange(messages);
            var (status, lead) = await relay.SubmitAsync(new { phone = $"+4915{leads.Count:D9}", click_id = $"outage-{leads.Count}" });
            Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Accepted, $"{(int)status} {lead}");
            leads.Add(lead.At("lead_id")!);
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        while (!relay.Process("AuditStore").Output.Contains("is waited for", StringComparison.Ordinal)
            || (TestRun.IsLong && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2)));
        output.WriteLine($"Away for {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: {published.Count} messages, and {leads.Count} leads through the door.");
        await held.DisposeAsync();

        await relay.Eventually("nothing is left in the queue", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues["audit"].Messages is 0, TimeSpan.FromMinutes(2));
        await relay.Eventually("all are stored",
            () => Task.FromResult(published.Select(sent => $"{sent.Id}").Except(Stored.Read(file, "SELECT message_id FROM messages")).Take(5).ToArray()),
            missing => missing.Length is 0);
        await relay.Eventually("the leads' orders are in their records",
            () => Task.FromResult(leads.Except(Stored.Read(file, "SELECT lead_id FROM lead_views WHERE state = 'created'")).Take(5).ToArray()),
            missing => missing.Length is 0);
        Assert.DoesNotContain(await relay.Node!.QueuesAsync(relay.BrokerUrl!),
            q => (q.Key.EndsWith("_error", StringComparison.Ordinal) || q.Key.EndsWith("_skipped", StringComparison.Ordinal)) && q.Value.Messages > 0);
    }
}
