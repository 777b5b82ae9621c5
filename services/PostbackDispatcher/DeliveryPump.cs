using System.Collections.Concurrent;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Makes deliveries: claims what is due in its lane, calls the tracker, writes what came of it. A target has only so many
/// slots, so that a slow one takes none of the others'.
/// </summary>
public abstract class DeliveryPump(
    Lane lane, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TrackerClient trackers, ConfigStore config, TimeProvider time, ILogger logger)
    : Pump<Delivery>(Slots, logger)
{
    private const int Slots = 256;
    private const int SlotsPerTarget = 16;
    private static readonly TimeSpan Lease = TrackerClient.Limit + TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<string, int> busy = new();

    protected override async Task<IReadOnlyList<Delivery>> TakeAsync(int atMost, CancellationToken ct)
    {
        // Half of a target's slots at a time, and none while half are taken: never more than all of them.
        var full = busy.Where(target => target.Value > SlotsPerTarget / 2).Select(target => target.Key).ToArray();
        var claimed = await ledger.ClaimAsync(lane, atMost, SlotsPerTarget / 2, Lease, full, ct);
        foreach (var delivery in claimed)
            busy.AddOrUpdate(delivery.Postback.Target, 1, (_, count) => count + 1);
        return claimed;
    }

    protected override async Task WorkAsync(Delivery row)
    {
        try { await DeliverAsync(row); }
        finally
        {
            if (busy.AddOrUpdate(row.Postback.Target, 0, (_, count) => count - 1) is 0)
                busy.TryRemove(KeyValuePair.Create(row.Postback.Target, 0));
        }
    }

    private async Task DeliverAsync(Delivery delivery)
    {
        var (about, postback, current, at) = (delivery.About, delivery.Postback, config.Current, time.GetUtcNow());
        var template = current.Campaigns.TryGetValue(about.Campaign!, out var campaign) ? current.Template(campaign, about.Partner ?? "", postback.Event) : null;
        if (template is null || template.Target != postback.Target)
        {
            await SettleAsync(delivery, DeliveryState.Superseded, null, [Event(delivery, new PostbackSkipped(about, postback.Event, postback.Label,
                postback.Target, "not_subscribed", "The postback was taken out of the configuration before it was sent.", postback.Comment, postback.Sequence, at))], null);
            return;
        }
        string? missing = null;
        var (real, masked) = UrlRenderer.Render(template.Url, macro => MacroValues.Of(delivery, macro),
            reference => new Secret(reference, current.Folder).TryReveal(out var secret, out var fault) ? secret : missing = fault);
        var answer = missing is null ? await trackers.GetAsync(real) : new TrackerAnswer(null, null, missing, null, 0);
        var verdict = Verdict.Of(answer, delivery.Attempt, Random.Shared.NextDouble());
        var now = time.GetUtcNow();
        var attempted = Event(delivery, new PostbackAttempted(about, postback, delivery.Cause, delivery.Attempt, masked, answer.HttpStatus, answer.Body, verdict.Reason,
            verdict.RetryIn is { } wait ? now + wait : null, at, answer.DurationMs));
        await (verdict switch
        {
            { Delivered: true } => SettleAsync(delivery, DeliveryState.Delivered, null, [attempted, Event(delivery, new PostbackDelivered(about, postback, delivery.Attempt, now))], null),
            { RetryIn: { } retryIn } => SettleAsync(delivery, DeliveryState.Waiting, retryIn, [attempted], Decision.Superseding(about, postback, now)),
            _ => SettleAsync(delivery, DeliveryState.Failed, null, [attempted, Event(delivery, new PostbackFailed(about, postback, delivery.Attempt, verdict.Reason!, now))], null),
        });
    }

    // Not to be cut short by the host's stopping: what was sent is written down.
    private async Task SettleAsync(Delivery delivery, DeliveryState state, TimeSpan? retryIn, IReadOnlyList<Outgoing> events, Outgoing? superseded)
    {
        if (await ledger.SettleAsync(delivery, state, retryIn, events, superseded, CancellationToken.None))
            await outbox.SendAsync(events, CancellationToken.None);
        else
            Logger.LogWarning("The outcome of attempt {Attempt} of delivery {Id} came after its lease had passed to another.", delivery.Attempt, delivery.Postback.DeliveryId);
    }

    private static Outgoing Event(Delivery delivery, IAudited message) =>
        new(StableId.Of(delivery.Postback.DeliveryId.ToString(), message.GetType().Name, 0, delivery.Attempt), message);
}

/// <summary>The lane of first attempts.</summary>
public sealed class FirstAttempts(IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TrackerClient trackers, ConfigStore config, TimeProvider time, ILogger<FirstAttempts> logger)
    : DeliveryPump(Lane.First, ledger, outbox, trackers, config, time, logger);

/// <summary>The lane of retries, and of attempts that a killed process left behind.</summary>
public sealed class Retries(IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TrackerClient trackers, ConfigStore config, TimeProvider time, ILogger<Retries> logger)
    : DeliveryPump(Lane.Retry, ledger, outbox, trackers, config, time, logger);
