using System.Globalization;
using System.Net;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>An operator's job goes on where a killed process left it, and what waits costs no memory.</summary>
public sealed class JobsOutliveKills
{
    private static readonly int Waiting = TestRun.IsLong ? 100_000 : 700;
    private static readonly int Meant = TestRun.IsLong ? 10_000 : 600;

    [Fact]
    public async Task A_resend_of_what_waits_is_gone_on_with_after_a_kill_and_each_is_sent_once()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["AuditStore"] });
        var empty = (await relay.StartServiceAsync("PostbackDispatcher")).Memory;
        await relay.StopAsync("PostbackDispatcher");
        await FillAsync(relay);
        // While the tracker is away no attempt reaches it, so that a kill cannot hit one that has.
        relay.Kill("Sandbox");
        var dispatcher = await relay.StartServiceAsync("PostbackDispatcher");
        Assert.Equal(Math.Min(1000, Waiting), (await PendingAsync(relay)).GetArrayLength());
        var full = dispatcher.Memory;
        if (TestRun.IsLong)
            Assert.True(full - empty < 50 * 1024, $"The dispatcher grew by {full - empty} KB from {empty} KB while {Waiting} deliveries wait.");

        var (status, job) = await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, "postbacks/resends", new { campaign = "demo", @event = "approve", reason = "the tracker is back" });
        Assert.Equal(HttpStatusCode.Accepted, status);
        var path = $"jobs/{job.At("job_id")}";
        long Looked() => long.Parse(job.At("looked")!, CultureInfo.InvariantCulture);
        while (Looked() < Meant / 4)
            job = await Relay.GetAsync(relay.PostbackDispatcher, path);
        relay.Kill("PostbackDispatcher");
        Assert.Equal("running", job.At("state"));

        await relay.StartServiceAsync("PostbackDispatcher");
        job = await Relay.GetAsync(relay.PostbackDispatcher, path);
        Assert.True(Looked() >= Meant / 4, "It began anew.");
        job = await relay.Eventually("the job is done", () => Relay.GetAsync(relay.PostbackDispatcher, path), j => j.At("state") is "done", TimeSpan.FromMinutes(5));
        Assert.Equal(($"{Meant}", $"{Meant}", "0"), (job.At("looked"), job.At("done"), job.At("refused")));

        await relay.StartServiceAsync("Sandbox");
        await relay.Eventually("all of them are delivered", () => Task.FromResult(Count(relay, "state = 'Delivered'")), count => count == Meant, TimeSpan.FromMinutes(10));
        var sent = (await Relay.GetAsync(relay.Sandbox, "postbacks")).EnumerateArray().Select(p => p.At("click_id")).ToArray();
        Assert.Equal(Enumerable.Range(0, Meant).Select(Click).Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
        Assert.Equal(Waiting - Meant, Count(relay, "state = 'Waiting' AND attempt = 1"));
        await relay.Eventually("each resend was told of once", () => Task.FromResult(
            Stored.Read(Path.Combine(relay.DataFolder, "audit.db"), "SELECT CAST(COUNT(*) AS TEXT) FROM messages WHERE kind = 'PostbackResent'").Single()), count => count == $"{Meant}", TimeSpan.FromMinutes(2));
    }

    private static string Click(int i) => $"waits-{i:D6}";

    /// <summary>Orders whose one postback was tried, and is tried again in two hours: the first of them approvals, the others holds.</summary>
    private static async Task FillAsync(Relay relay)
    {
        var target = $"http://127.0.0.1:{relay.Address("Sandbox").Port}";
        await using var store = new SqliteStore(Path.Combine(relay.DataFolder, "postbacks.db"), SqlitePostbackLedger.Schema, TimeProvider.System, NullLogger.Instance);
        var ledger = new SqlitePostbackLedger(store);
        foreach (var some in Enumerable.Range(0, Waiting).Chunk(1000))
        {
            await Task.WhenAll(some.Select(i =>
            {
                var (about, statusEvent) = (new Subject(null, "sandbox", $"{100_000 + i}", "demo", "demo-partner", Click(i)), i < Meant ? StatusEvent.Approve : StatusEvent.Hold);
                var postback = new Postback(Guid.CreateVersion7(), Guid.CreateVersion7(), target, statusEvent, "waits", 1, 0, null, null, DateTimeOffset.UnixEpoch);
                var order = new OrderRecord(about, new Dictionary<string, string>(), new Dictionary<string, TargetRecord> { [target] = new(1, null, null) }, [], Version: 0);
                return ledger.CommitAsync(new OrderCommit(order, Guid.CreateVersion7(), null, false, [postback], [], []), CancellationToken.None);
            }));
            var claims = await ledger.ClaimAsync(Lane.First, some.Length, some.Length, TimeSpan.FromMinutes(5), new Dictionary<string, int>(), CancellationToken.None);
            Assert.Equal(some.Length, claims.Count);
            await Task.WhenAll(claims.Select(claim => ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.FromHours(2)), [], CancellationToken.None)));
        }
    }

    private static async Task<System.Text.Json.JsonElement> PendingAsync(Relay relay) =>
        (await Relay.GetAsync(relay.PostbackDispatcher, "postbacks/pending?limit=1000")).GetProperty("postbacks");

    private static int Count(Relay relay, string where) =>
        Stored.Count(Path.Combine(relay.DataFolder, "postbacks.db"), $"deliveries WHERE {where}");
}
