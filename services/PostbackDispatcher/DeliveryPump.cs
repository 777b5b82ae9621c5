using System.Diagnostics;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Makes deliveries: claims what is due in its lane and may be sent, calls the tracker, writes what came of it.</summary>
public abstract class DeliveryPump(
    Lane lane, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, TimeProvider time, ILogger logger)
    : Pump<DeliveryPump.Claim>(512, logger)
{
    /// <summary>Between the end of a call and the end of its lease: time to begin it, and to write the outcome.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(7);

    /// <param name="Since">Before the claim was asked for: the whole budget of the call counts from here.</param>
    public readonly record struct Claim(Delivery Delivery, long Since);

    protected override async Task<IReadOnlyList<Claim>> TakeAsync(int atMost, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var claimed = await ledger.ClaimAsync(lane, atMost, Hosts.PlacesPerLane, TrackerClient.Limit + LeaseMargin, hosts.Places(lane), ct);
        foreach (var delivery in claimed)
            hosts.Enter(delivery.Postback.Target, lane);
        return [.. claimed.Select(delivery => new Claim(delivery, since))];
    }

    protected override async Task WorkAsync(Claim claim)
    {
        bool? isUp = null;
        var (delivery, settle) = (claim.Delivery, default(Func<Task>));
        try { (settle, isUp) = await DeliverAsync(claim); }
        finally { hosts.Leave(delivery.Postback.Target, lane, isUp); }
        // Writing down and telling what came of a call is no call: the host's next one may begin.
        Wake();
        await settle();
    }

    /// <summary>Sends it; returns how to write down what came of that, and whether the host works.</summary>
    private async Task<(Func<Task> Settle, bool? IsUp)> DeliverAsync(Claim claim)
    {
        var delivery = claim.Delivery;
        var (about, postback, current, at) = (delivery.About, delivery.Postback, config.Current, time.GetUtcNow());
        var template = current.Campaigns.TryGetValue(about.Campaign!, out var campaign) ? current.Template(campaign, about.Partner, postback.Event, postback.Target) : null;
        if ((delivery.Recorded ?? (template is null ? null : PostbackRenderer.Render(template, macro => MacroValues.Of(delivery, macro)))) is not { } rendered)
        {
            return (() => SettleAsync(delivery, new DeliveryOutcome(DeliveryState.Superseded), [Event(delivery, new PostbackSkipped(about, postback.Event, postback.Label,
                postback.Target, "not_subscribed", "The postback was taken out of the configuration before it was sent.", postback.Comment, postback.Sequence, at))]), null);
        }
        // The deadline once more: past it the claim may be somebody else's.
        if (Stopwatch.GetElapsedTime(claim.Since) > LeaseMargin / 2)
            return (() => SettleAsync(delivery, new DeliveryOutcome(DeliveryState.Waiting) { Unmade = true }, []), null);

        var (answer, sent) = await sender.SendAsync(rendered, current.Folder);
        var verdict = Verdict.Of(answer, delivery.Attempt, delivery.Waited, Jitter.Next());
        var now = time.GetUtcNow();
        var attempted = Event(delivery, new PostbackAttempted(about, postback, delivery.Cause, delivery.Attempt, sent.Url, answer.HttpStatus, answer.Body, verdict.Reason,
            verdict.RetryIn is { } wait ? now + wait : null, at, answer.DurationMs, sent));
        var superseding = template is { RequiredFirst: true } ? null : Decision.Superseding(about, postback, now);
        var (outcome, ended) = verdict switch
        {
            { Delivered: true } => (new DeliveryOutcome(DeliveryState.Delivered, Sent: rendered), Event(delivery, new PostbackDelivered(about, postback, delivery.Attempt, now))),
            { RetryIn: { } retryIn } => (new DeliveryOutcome(DeliveryState.Waiting, retryIn, superseding, rendered), null),
            _ => (new DeliveryOutcome(DeliveryState.Failed, Sent: rendered), Event(delivery, new PostbackFailed(about, postback, delivery.Attempt, verdict.Reason!, now))),
        };
        Metrics.PostbackAttempted(outcome.State switch { DeliveryState.Delivered => "delivered", DeliveryState.Waiting => "retried", _ => "failed" }, isTest: false);
        return (() => SettleAsync(delivery, outcome, ended is null ? [attempted] : [attempted, ended]), answer.IsUp);
    }

    // Not to be cut short by the host's stopping: what was sent is written down.
    private async Task SettleAsync(Delivery delivery, DeliveryOutcome outcome, IReadOnlyList<Outgoing> events)
    {
        if (await ledger.SettleAsync(delivery, outcome, events, CancellationToken.None))
            await outbox.SendAsync(events, CancellationToken.None);
        else
            Logger.LogWarning("The outcome of attempt {Attempt} of delivery {Id} came after its lease had passed to another.", delivery.Attempt, delivery.Postback.DeliveryId);
    }

    private static Outgoing Event(Delivery delivery, IAudited message) =>
        new(StableId.Of(delivery.Postback.DeliveryId.ToString(), message.GetType().Name, 0, delivery.Attempt), message);
}

/// <summary>The lane of first attempts.</summary>
public sealed class FirstAttempts(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, TimeProvider time, ILogger<FirstAttempts> logger)
    : DeliveryPump(Lane.First, ledger, outbox, hosts, sender, config, time, logger);

/// <summary>The lane of retries, of resends, and of attempts that a killed process left behind.</summary>
public sealed class Retries(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, TimeProvider time, ILogger<Retries> logger)
    : DeliveryPump(Lane.Retry, ledger, outbox, hosts, sender, config, time, logger);
