using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>
/// What is published is stored, once each, and the leads' records say what the messages do: though AuditStore is killed over
/// them, some are published twice, and they come in any order (a webhook before its order, a wish to forget before what is to
/// be forgotten).
/// </summary>
public sealed class AuditUnderKills(ITestOutputHelper output)
{
    private const string Audit = "AuditStore";

    private static readonly int Kills = TestRun.IsLong ? 10 : 2;
    private static readonly int LeadsBetween = TestRun.IsLong ? 600 : 200;

    [Fact]
    public Task What_is_published_is_stored_once_and_folded_into_the_leads_records_though_AuditStore_is_killed() => ProveAsync(replicas: 1);

    [Fact]
    [Trait("Takes", "Long")]
    public Task Two_on_one_file_do_the_same() => ProveAsync(replicas: 2);

    private async Task ProveAsync(int replicas)
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = [Audit], Replicas = Samples.Replicas((Audit, replicas)),
        });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        var file = Path.Combine(relay.DataFolder, "audit.db");
        List<SentMessage> published = [];
        List<long> left = [];
        for (var part = 0; part <= Kills; part++)
        {
            var messages = Messages(1 + part * LeadsBetween);
            published.AddRange(messages);
            var before = Stored.Count(file, "messages");
            var publishing = wire.PublishAsync([.. messages, .. messages.Where((_, i) => i % 10 is 0)]);
            if (part < Kills)
            {
                await relay.Eventually("it is storing them", () => Task.FromResult(Stored.Count(file, "messages")), stored => stored > before);
                // The first time at once, while most of them are still to be stored.
                await Task.Delay(part is 0 ? 0 : Random.Shared.Next(TestRun.IsLong ? 1_500 : 150));
                var victim = 1 + part % replicas;
                relay.Kill(Audit, victim);
                left.Add((await relay.Node!.QueuesAsync(relay.BrokerUrl!))["audit"].Messages);
                await relay.StartServiceAsync(Audit, victim);
            }
            await publishing;
        }
        output.WriteLine($"{published.Count} messages; when it was killed, so many were not stored: {string.Join(' ', left)}");

        await AllStoredAsync(relay, file, published);
        await ForgottenAsync(relay, file, published);
        await FoldedAsync(relay, file, published);
        var queues = await relay.Node!.QueuesAsync(relay.BrokerUrl!);
        Assert.DoesNotContain(queues, q => (q.Key.EndsWith("_error", StringComparison.Ordinal) || q.Key.EndsWith("_skipped", StringComparison.Ordinal)) && q.Value.Messages > 0);
    }

    /// <summary>Those of some leads, in an order that has nothing to do with time; one lead in fifty is to be forgotten.</summary>
    private static SentMessage[] Messages(int from)
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(50).AddMinutes(from);
        var messages = Enumerable.Range(from, LeadsBetween).SelectMany(number => LeadStory.Of(number, start.AddSeconds(number))).ToList();
        // Not of an order that two leads share: what of it is erased with the one, the other may have heard before or not.
        var shared = messages.Select(sent => sent.Message).OfType<LeadDuplicated>().Select(duplicate => duplicate.About.OrderId).ToHashSet();
        messages.AddRange(messages.Select(sent => sent.Message).OfType<OrderCreated>().Where(created => !shared.Contains(created.About.OrderId)).Where((_, i) => i % 50 is 0)
            .Select(created => new SentMessage(Guid.CreateVersion7(), new ForgetPerson(created.About with { ClickId = null }, "asked for it", created.At.AddHours(1)))).ToList());
        var shuffled = messages.ToArray();
        Random.Shared.Shuffle(shuffled);
        return shuffled;
    }

    private static async Task AllStoredAsync(Relay relay, string file, List<SentMessage> published)
    {
        var limit = TimeSpan.FromMinutes(5);
        var forgotten = published.Count(sent => sent.Message is ForgetPerson);
        await relay.Eventually("all are stored", () => Task.FromResult(Stored.Count(file, "messages")), stored => stored >= published.Count + forgotten, limit);
        await relay.Eventually("nothing is left in the queue", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues["audit"].Messages is 0, limit);
        Assert.Equal(published.Count - forgotten, Stored.Count(file, $"messages WHERE kind NOT IN ('{nameof(ForgetPerson)}', '{nameof(PersonForgotten)}')"));
        // Where an order came after its person was forgotten, the person is forgotten once more.
        await relay.Eventually("each is told of once", () => Task.FromResult(Stored.Count(file, $"messages WHERE kind = '{nameof(ForgetPerson)}'") - Stored.Count(file, $"messages WHERE kind = '{nameof(PersonForgotten)}'")), more => more is 0, limit);
        Assert.Empty(published.Select(sent => $"{sent.Id}").Except(Stored.Read(file, "SELECT message_id FROM messages")));
        Assert.Equal(0, Stored.Count(file, "apart"));
    }

    /// <summary>Of nobody who was to be forgotten there is a phone or a comment to be found by.</summary>
    private static async Task ForgottenAsync(Relay relay, string file, List<SentMessage> published)
    {
        var forgotten = published.Select(sent => sent.Message).OfType<ForgetPerson>().Select(forget => $"{forget.About.LeadId}").ToHashSet();
        await relay.Eventually("the forgotten are forgotten",
            () => Task.FromResult(Stored.Read(file, "SELECT lead_id FROM messages WHERE phone IS NOT NULL OR comment IS NOT NULL").Intersect(forgotten).Take(5).ToArray()),
            known => known.Length is 0);
    }

    /// <summary>Each record is what folding its lead's messages, and its order's that name no lead, makes.</summary>
    private static async Task FoldedAsync(Relay relay, string file, List<SentMessage> published)
    {
        var ofLead = published.Where(sent => sent.Message.About.LeadId is not null).ToLookup(sent => sent.Message.About.LeadId!.Value);
        var ofOrder = published.Where(sent => sent.Message.About is { LeadId: null, OrderId: not null }).ToLookup(sent => sent.Message.About.OrderId);
        var expected = ofLead.Select(lead => Fold(lead.Key, [.. lead, .. lead.Select(sent => sent.Message.About.OrderId).OfType<string>().Distinct().SelectMany(order => ofOrder[order])]))
            .Concat(published.Where(sent => sent.Message is LeadRefused).Select(Rejected)).ToList();

        await using var store = new SqliteStore(file, SqliteAuditLog.Schema + SqliteLeadViews.Schema, TimeProvider.System, NullLogger.Instance);
        var views = new SqliteLeadViews(store);
        await relay.Eventually("every lead's record is right", async () =>
        {
            var found = (await views.OfLeadsAsync([.. expected.Select(view => view.LeadId)], CancellationToken.None)).Select(view => view with { Version = 0 }).ToHashSet();
            return expected.Where(view => !found.Contains(view)).Take(2).Select(view => new { view, stored = found.FirstOrDefault(other => other.LeadId == view.LeadId) }).ToArray();
        }, wrong => wrong.Length is 0);
        Assert.Equal(expected.Count, Stored.Count(file, "lead_views"));
    }

    private static StoredView Fold(Guid leadId, IEnumerable<SentMessage> messages)
    {
        var facts = new LeadFacts();
        foreach (var (id, message) in messages)
            facts.Add(id, message);
        return facts.Store(leadId, version: 0);
    }

    private static StoredView Rejected(SentMessage sent) => new(sent.Id, 0, sent.Message.At, new Subject(sent.Id, Campaign: sent.Message.About.Campaign, Partner: sent.Message.About.Partner),
        new LeadEnd(LeadEnd.Rejected, ((LeadRefused)sent.Message).Code), 0, 0, StoredView.NoDetails);
}
