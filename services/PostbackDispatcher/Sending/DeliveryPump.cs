using System.Diagnostics;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.Telemetry;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Makes deliveries: claims what is due in its lane and may be sent, calls the tracker, writes what came of it.</summary>
public abstract partial class DeliveryPump(
    Lane lane, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, IHostApplicationLifetime stopping, TimeProvider time, ILogger logger)
    : Pump<DeliveryPump.Claim>(512, stopping, logger)
{
    /// <summary>A claimed call is begun within this, or given back.</summary>
    private static readonly TimeSpan BeginWithin = TimeSpan.FromSeconds(4);

    /// <summary>From claim to outcome, with room for a store that has to be waited for: what is claimed again too early is sent twice.</summary>
    private static readonly TimeSpan Lease = TrackerClient.Limit + TimeSpan.FromSeconds(22);

    /// <param name="Since">Before the claim was asked for: the whole budget of the call counts from here.</param>
    public readonly record struct Claim(Delivery Delivery, long Since);

    protected override async Task<IReadOnlyList<Claim>> TakeAsync(int atMost, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var claimed = await ledger.ClaimAsync(lane, atMost, Hosts.PlacesPerLane, Lease, hosts.Places(lane), ct);
        foreach (var delivery in claimed)
            hosts.Enter(delivery.Postback.Target, lane);
        return [.. claimed.Select(delivery => new Claim(delivery, since))];
    }

    protected override Subject About(Claim claim) => claim.Delivery.About;

    protected override async Task WorkAsync(Claim claim)
    {
        using var span = LeadTrace.Start("deliver postback", ActivityKind.Internal, claim.Delivery.About);
        var (target, isUp, settle, begun) = (claim.Delivery.Postback.Target, default(bool?), default(Func<Task>), 0L);
        var mayBegin = await hosts.BeginAsync(target, lane);
        try
        {
            begun = Stopwatch.GetTimestamp();
            (settle, isUp) = mayBegin ? await DeliverAsync(claim) : (() => GiveBackAsync(claim.Delivery), null);
        }
        finally { hosts.Leave(target, lane, isUp, Stopwatch.GetElapsedTime(begun)); }
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
        if ((delivery.Recorded ?? (template is null ? null : PostbackRenderer.Render(template, macro => MacroValues.Of(delivery, template, macro)))) is not { } rendered)
        {
            return (() => SettleAsync(delivery, new DeliveryOutcome(DeliveryState.Superseded) { Refused = true }, [Event(delivery, new PostbackSkipped(about, postback.Event, postback.Label,
                postback.Target, "not_subscribed", "The postback was taken out of the configuration before it was sent.", postback.Comment, postback.Sequence, at))]), null);
        }
        // The deadline once more: past it the claim may be somebody else's.
        if (Stopwatch.GetElapsedTime(claim.Since) > BeginWithin)
            return (() => GiveBackAsync(delivery), null);

        var (answer, sent) = await sender.SendAsync(rendered, current.Folder);
        var verdict = Verdict.Of(answer, template?.Answers ?? Tracker.AnswersOfUnnamed(current.Trackers), delivery.Attempt, delivery.Waited, Jitter.Next());
        var now = time.GetUtcNow();
        var attempted = Event(delivery, new PostbackAttempted(about, postback, delivery.Cause, delivery.Attempt, sent.Url, answer.HttpStatus, answer.Body, verdict.Reason,
            verdict.RetryIn is { } wait ? now + wait : null, at, answer.DurationMs, sent, verdict.Says));
        var changedNothing = answer.Forbidden || answer.HttpStatus is >= 400 and < 500 || verdict.Says is TrackerVerdict.Refused;
        var superseding = template is { RequiredFirst: true } ? null : Decision.Superseding(about, postback, now);
        var (outcome, ended) = verdict switch
        {
            { Delivered: true } => (new DeliveryOutcome(DeliveryState.Delivered, Sent: rendered), Event(delivery, new PostbackDelivered(about, postback, delivery.Attempt, now, verdict.Says))),
            { RetryIn: { } retryIn } => (new DeliveryOutcome(DeliveryState.Waiting, retryIn, superseding, rendered), null),
            _ => (new DeliveryOutcome(DeliveryState.Failed, Sent: rendered) { Refused = changedNothing }, Event(delivery, new PostbackFailed(about, postback, delivery.Attempt, verdict.Reason!, now))),
        };
        return (() => SettleAsync(delivery, outcome, ended is null ? [attempted] : [attempted, ended]), answer.IsUp);
    }

    /// <summary>It was not called, and waits as before.</summary>
    private Task GiveBackAsync(Delivery delivery) => SettleAsync(delivery, new DeliveryOutcome(DeliveryState.Waiting) { Unmade = true }, []);

    private async Task SettleAsync(Delivery delivery, DeliveryOutcome outcome, IReadOnlyList<Outgoing> events)
    {
        // Not to be cut short by the host's stopping: what was sent is written down.
        if (await ledger.SettleAsync(delivery, outcome, events, CancellationToken.None))
        {
            await outbox.TellAsync(events);
            return;
        }
        LogTooLate(Logger, delivery.Attempt, delivery.Postback.DeliveryId);
        // It counts no more, and yet somebody was called.
        await outbox.TellAsync([.. events.Where(e => e.Message is PostbackAttempted)]);
    }

    private static Outgoing Event(Delivery delivery, IAudited message) =>
        new(StableId.Of(delivery.Postback.DeliveryId.ToString(), message.GetType().Name, 0, delivery.Attempt), message);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "OutcomeTooLate", Message = "The outcome of attempt {Attempt} of delivery {DeliveryId} came after its lease had passed to another.")]
    private static partial void LogTooLate(ILogger logger, int attempt, Guid deliveryId);
}

/// <summary>The lane of first attempts.</summary>
public sealed class FirstAttempts(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, IHostApplicationLifetime stopping, TimeProvider time, ILogger<FirstAttempts> logger)
    : DeliveryPump(Lane.First, ledger, outbox, hosts, sender, config, stopping, time, logger);

/// <summary>The lane of retries, of resends, and of attempts that a killed process left behind.</summary>
public sealed class Retries(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, PostbackSender sender, ConfigStore config, IHostApplicationLifetime stopping, TimeProvider time, ILogger<Retries> logger)
    : DeliveryPump(Lane.Retry, ledger, outbox, hosts, sender, config, stopping, time, logger);
