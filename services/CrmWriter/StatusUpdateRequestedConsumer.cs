using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Takes an advertiser's status over into the ledger, if the order is one of the campaign's.</summary>
public sealed class StatusUpdateRequestedConsumer(
    ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, ConfigStore config, CrmPump pump, IBus bus, TimeProvider time) : IConsumer<StatusUpdateRequested>
{
    public async Task Consume(ConsumeContext<StatusUpdateRequested> context)
    {
        var (update, ct) = (context.Message, context.CancellationToken);
        var asker = context.Asker() is { } who ? new Asker(who.Instance, who.RequestId) : null;
        var order = await ledger.FindOrderAsync(update.About.Connection!, update.About.OrderId!, ct);
        var mayBeForeign = config.Current.Campaigns.TryGetValue(update.About.Campaign!, out var campaign) && campaign.ForeignOrders;
        if (order is null ? !mayBeForeign : order.Campaign != update.About.Campaign)
        {
            await RefuseAsync(update, asker, ct);
            return;
        }
        // The lead is told apart from here on: the door knew only the order.
        update = update with { About = update.About with { LeadId = order?.LeadId, ClickId = order?.ClickId } };
        var accepted = await ledger.AcceptAsync(new NewWork(update.UpdateId, WorkKind.Update, context.MessageId!.Value, update, null), asker, ct);
        if (accepted.IsNew)
            pump.Wake();
        else if (accepted.Work is { State: WorkState.Done or WorkState.Refused, Outcome: { } outcome } && asker is not null)
            await bus.TryAnswerAsync(asker, outcome);
    }

    private async Task RefuseAsync(StatusUpdateRequested update, Asker? asker, CancellationToken ct)
    {
        var refused = new StatusUpdateRefused(update.About, update, null, "unknown_order",
            $"Campaign {update.About.Campaign} has no order {update.About.OrderId}.", null, time.GetUtcNow());
        await outbox.SendAsync([new Outgoing(StableId.Of(update.UpdateId.ToString(), nameof(StatusUpdateRefused)), refused)], ct);
        if (asker is not null)
            await bus.TryAnswerAsync(asker, refused);
    }
}
