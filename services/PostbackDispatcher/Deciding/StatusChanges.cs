using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Applies status changes to the ledger: read the order, decide, commit, and once more if somebody came between.</summary>
public sealed class StatusChanges(IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, ConfigStore config, FirstAttempts first, Retries retries, TimeProvider time)
{
    /// <summary>Makes the order's record, or completes one that was made from a webhook alone, and applies its first status.</summary>
    public async Task CreateAsync(Guid messageId, OrderCreated created, CancellationToken ct)
    {
        var (status, rule) = FirstStatus(created.About);
        var change = StatusChange.OfCreation(messageId, created.At, status, rule);
        OrderRecord order;
        do
        {
            order = await ledger.FindAsync(created.About with { LeadId = null }, ct) is [var adopted]
                ? adopted with { About = created.About, Tracking = Tracking(created.Submission.Lead) }
                : new OrderRecord(created.About, Tracking(created.Submission.Lead), new Dictionary<string, TargetRecord>(), [], Version: 0);
        }
        while (!await ApplyAsync(order, change, null, ct));
    }

    /// <summary>Makes the record of an order that was not made here, and applies what the webhook said. If somebody was faster, the order is known and the message is released by that.</summary>
    public Task AdoptAsync(Guid messageId, OrderStatusChanged message, OrderRecord order, CancellationToken ct) =>
        ApplyAsync(order, StatusChange.Of(messageId, message), message, ct);

    /// <summary>Applies what a webhook said, or keeps it until its order is known.</summary>
    public Task ApplyAsync(Guid messageId, OrderStatusChanged message, CancellationToken ct) => ApplyAsync(StatusChange.Of(messageId, message), message, message.About, ct);

    /// <summary>Applies what a kept message says, to the order that it was known to be about.</summary>
    public Task ApplyAsync(KeptMessage kept, CancellationToken ct) => ApplyAsync(StatusChange.Of(kept.Id, kept.Message), kept.Message, kept.About, ct);

    /// <summary>Applies what a webhook said, with SalesRender's own word on it, to the order that was asked about.</summary>
    public Task ApplyAsync(OrderVerified verified, CancellationToken ct) =>
        ApplyAsync(StatusChange.Of(verified), verified.Request.Cause, verified.Request.About with { LeadId = null }, ct);

    /// <summary>
    /// Decides once more, by today's configuration, about the newest word on an order, and takes the decision over if it brings a postback.
    /// What the map lacks today is held already, if it is held at all.
    /// </summary>
    /// <returns>Whether it brings one (or would, in a dry run), or SalesRender is asked first; said again the same for the same job.</returns>
    public async Task<bool> RemapAsync(Job job, CampaignOrder found, CancellationToken ct)
    {
        var order = found.Order;
        var change = NewestOf(job, found);
        if (await ledger.KnowsAsync(change.MessageId, ct))
            return true;
        while (true)
        {
            var decision = Decision.For(order, change, config.Current, time.GetUtcNow());
            if (decision is { Verify: false, Deliveries.Count: 0, Superseded.Count: 0 })
                return false;
            if (job.DryRun || (decision.Verify ? await AskAsync(order, change, found.Latest!.Message, ct) : await CommitAsync(order, change, null, decision, Lane.Retry, ct) is not Committed.Touched))
                return true;
            // A newer word than the one that was found has been decided about by today's configuration already.
            if (await ledger.FindAsync(order.About with { LeadId = null }, ct) is not [var touched] || touched.Latest != found.Order.Latest)
                return false;
            order = touched;
        }
    }

    /// <summary>
    /// Lets a held message go by an operator's word on its status, under the message's own id: whoever decides about it first counts,
    /// and the map's own word, should it have one by now, goes before his.
    /// </summary>
    /// <returns>Whether that brings a postback (or would, in a dry run), or SalesRender is asked first.</returns>
    public async Task<bool> ReleaseAsync(Job job, KeptMessage kept, OrderRecord order, CancellationToken ct)
    {
        var change = StatusChange.Of(kept.Id, kept.Message) with { Released = Releases.WordOf(job, kept.Message) };
        while (true)
        {
            var current = config.Current;
            if (!current.Campaigns.ContainsKey(job.Campaign!))
                return false;
            var decision = Decision.For(order, change, current, time.GetUtcNow());
            if (job.DryRun || (decision.Verify && await AskAsync(order, change, kept.Message, ct)))
                return decision.Verify || decision.Deliveries.Count > 0;
            // One that somebody else has decided about is not this job's doing.
            if (!decision.Verify && await CommitAsync(order, change, kept.Message, decision, Lane.Retry, ct) is var committed and not Committed.Touched)
                return committed is Committed.Taken && decision.Deliveries.Count > 0;
            if (await ledger.FindAsync(order.About with { LeadId = null }, ct) is not [var touched])
                return false;
            order = touched;
        }
    }

    /// <summary>Asks SalesRender about a change once more, if that is still to be asked; where the map lacks the status, on the strength of the operator's word that it was asked on before.</summary>
    public async Task AskAgainAsync(KeptMessage kept, IReadOnlyList<Job> jobs, CancellationToken ct)
    {
        var word = await ledger.FindAsync(kept.About, ct) is [var order] ? Releases.WordOf(jobs, order.About.Campaign, kept.Message) : null;
        await ApplyAsync(StatusChange.Of(kept.Id, kept.Message) with { Released = word }, kept.Message, kept.About, ct);
    }

    private StatusChange NewestOf(Job job, CampaignOrder found)
    {
        Guid Id(string of) => StableId.Of($"{job.Id} {of}", nameof(RemapAsync));
        if (found.Latest is { } latest)
            return StatusChange.Of(Id(latest.Id.ToString()), latest.Message) with { FirstMessageId = latest.Id };
        var (status, rule) = FirstStatus(found.Order.About);
        return StatusChange.OfCreation(Id($"{found.Order.About.Connection} {found.Order.About.OrderId}"), job.At, status, rule);
    }

    /// <param name="about">What its order is found by.</param>
    private async Task ApplyAsync(StatusChange change, OrderStatusChanged message, Subject about, CancellationToken ct)
    {
        while (true)
        {
            switch (await ledger.FindAsync(about, ct))
            {
                case []:
                    await ledger.KeepAsync(change.MessageId, message, KeptFor.Order, [], ct);
                    return;
                case [var order]:
                    if (await ApplyAsync(order, change, message, ct))
                        return;
                    break;
                case var several:
                    await HoldAsync(change, message, several, ct);
                    return;
            }
        }
    }

    private async Task<bool> ApplyAsync(OrderRecord order, StatusChange change, OrderStatusChanged? message, CancellationToken ct)
    {
        var decision = Decision.For(order, change, config.Current, time.GetUtcNow());
        return decision.Verify ? await AskAsync(order, change, message!, ct) : await CommitAsync(order, change, message, decision, Lane.First, ct) is not Committed.Touched;
    }

    private async Task<Committed> CommitAsync(OrderRecord order, StatusChange change, OrderStatusChanged? message, Decision decision, Lane lane, CancellationToken ct)
    {
        // What a tracker is told is the newest, also where two doors' clocks disagree about it.
        var isNewest = message is not null && (decision.Deliveries.Count > 0 || !(change.Sequence < order.Latest?.Sequence));
        var commit = new OrderCommit(order with { Targets = decision.Targets, Latest = isNewest ? new LatestWord(change.MessageId, change.Sequence) : order.Latest },
            change.MessageId, message, decision.Held, decision.Deliveries, decision.Superseded, decision.Events) { Lane = lane };
        var committed = await ledger.CommitAsync(commit, ct);
        if (committed is Committed.Taken)
        {
            (lane is Lane.First ? (Chore)first : retries).Wake();
            await outbox.SendAsync(decision.Events, ct);
        }
        return committed;
    }

    private async Task<bool> AskAsync(OrderRecord order, StatusChange change, OrderStatusChanged message, CancellationToken ct)
    {
        // An order that was just adopted is written down first: the answer must find it.
        if (order.Version is 0 && await ledger.CommitAsync(new OrderCommit(order, StableId.Of(change.MessageId.ToString(), nameof(AdoptAsync)), null, false, [], [], []), ct) is Committed.Touched)
            return false;
        var word = change.Released;
        // On the strength of an operator's word it is another question.
        var asked = new Outgoing(StableId.Of(word is null ? $"{change.MessageId}" : $"{change.MessageId} {word.Label} {word.Event}", nameof(OrderVerificationRequested)),
            new OrderVerificationRequested(order.About, change.MessageId, message, time.GetUtcNow(), word?.Label, word?.Event));
        await ledger.KeepAsync(change.MessageId, message, KeptFor.Verification, [asked], ct, order.About);
        await outbox.SendAsync([asked], ct);
        return true;
    }

    private async Task HoldAsync(StatusChange change, OrderStatusChanged message, IReadOnlyList<OrderRecord> several, CancellationToken ct)
    {
        var held = new Outgoing(StableId.Of(change.MessageId.ToString(), nameof(PostbackHeld)), new PostbackHeld(
            message.About with { Campaign = several[0].About.Campaign, Partner = several[0].About.Partner }, change.StatusId, change.StatusGroup,
            $"{several.Count} orders have this click id ({string.Join(", ", several.Select(o => o.About.OrderId))}) and the webhook does not say which it means: add order_id={{{{id}}}} to the webhook's URL.",
            change.Comment, change.Sequence, time.GetUtcNow()));
        await ledger.KeepAsync(change.MessageId, message, KeptFor.Stranger, [held], ct);
        await outbox.SendAsync([held], ct);
    }

    /// <summary>What macros may name beyond the order itself: sub ids, and the parameters that only the partner knows the meaning of.</summary>
    public static IReadOnlyDictionary<string, string> Tracking(Lead lead)
    {
        var tracking = lead.Params.ToDictionary(p => "param." + p.Key, p => p.Value);
        foreach (var (field, value) in lead.Fields.Where(f => f.Key is MacroValues.ClickIdMacro || f.Key.StartsWith("sub", StringComparison.Ordinal)))
            tracking[field] = value;
        return tracking;
    }

    /// <summary>An order begins in the campaign's initial status; where the map is silent about that, in <c>wait</c>.</summary>
    private (MappedStatus Status, string? Rule) FirstStatus(Subject about) =>
        config.Current.Campaigns.GetValueOrDefault(about.Campaign!)?.FirstStatus ?? (MappedStatus.New, null);
}
