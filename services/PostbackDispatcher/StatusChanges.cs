using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Applies status changes to the ledger: read the order, decide, commit, and once more if somebody came between.</summary>
public sealed class StatusChanges(IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, ConfigStore config, FirstAttempts pump, TimeProvider time)
{
    /// <summary>Makes the order's record, or completes one that was made from a webhook alone, and applies its first status.</summary>
    public async Task CreateAsync(Guid messageId, OrderCreated created, CancellationToken ct)
    {
        var change = StatusChange.OfCreation(messageId, created.At, FirstStatus(created.About));
        OrderRecord order;
        do
        {
            order = await ledger.FindAsync(created.About with { LeadId = null }, ct) is [var adopted]
                ? adopted with { About = created.About, Tracking = created.Tracking }
                : new OrderRecord(created.About, created.Tracking, new Dictionary<string, TargetRecord>(), [], Version: 0);
        }
        while (!await ApplyAsync(order, change, null, ct));
    }

    /// <summary>Applies what a webhook said, or keeps it until its order is known.</summary>
    public async Task ApplyAsync(Guid messageId, OrderStatusChanged message, CancellationToken ct)
    {
        var change = StatusChange.Of(messageId, message);
        while (true)
        {
            switch (await ledger.FindAsync(message.About, ct))
            {
                case []:
                    await ledger.KeepAsync(messageId, message, KeptFor.Order, [], ct);
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
        var commit = new OrderCommit(order with { Targets = decision.Targets },
            Decided: decision.Held ? [] : [change.MessageId],
            Kept: decision.Held ? [new KeptMessage(change.MessageId, message!)] : [],
            decision.Delivery is { } delivery ? [delivery] : [], decision.Superseded, decision.Events);
        if (!await ledger.CommitAsync(commit, ct))
            return false;
        pump.Wake();
        await outbox.SendAsync(decision.Events, ct);
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

    /// <summary>An order begins in the campaign's initial status; where the map is silent about that, in <c>wait</c>.</summary>
    private MappedStatus FirstStatus(Subject about) =>
        config.Current.Campaigns.GetValueOrDefault(about.Campaign!) is { } campaign && campaign.StatusMap.TryMap(campaign.InitialStatusId, null, out var mapped) && mapped is not null
            ? mapped
            : new MappedStatus("wait", StatusEvent.Wait);
}
