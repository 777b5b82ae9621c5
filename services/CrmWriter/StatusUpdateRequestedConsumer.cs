using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Takes an advertiser's status over into the ledger, if the order is one of the campaign's, or the lead one of his campaigns'.</summary>
public sealed class StatusUpdateRequestedConsumer(
    ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, ConfigStore config, CrmPump pump, Answerer answerer, TimeProvider time) : IConsumer<StatusUpdateRequested>
{
    public async Task Consume(ConsumeContext<StatusUpdateRequested> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        var asker = context.Asker() is { } from ? new Asker(from.Instance, from.RequestId) : null;
        var (update, refusal) = asked.About.OrderId is null ? await OfLeadAsync(asked, ct) : await OfOrderAsync(asked, ct);
        if (refusal is not null)
        {
            await RefuseAsync(refusal, asked.UpdateId, asker, ct);
            return;
        }
        var accepted = await ledger.AcceptAsync(
            new NewWork(update.UpdateId, WorkKind.Update, context.MessageId!.Value, update, null) { Supersede = older => Outcomes.Superseded(older, time).Event }, asker, ct);
        await outbox.SendAsync([.. accepted.Superseded.Select(s => s.Event).Distinct()], ct);
        foreach (var (told, who) in accepted.Superseded)
        {
            if (who is not null)
                await answerer.TryAnswerAsync(who, told.Message);
        }
        if (accepted.IsNew)
            pump.Wake();
        else if (accepted.Work is { State: WorkState.Done or WorkState.Refused, Outcome: { } outcome } && asker is not null)
            await answerer.TryAnswerAsync(asker, outcome);
    }

    private async Task<(StatusUpdateRequested Update, StatusUpdateRefused? Refusal)> OfOrderAsync(StatusUpdateRequested update, CancellationToken ct)
    {
        var about = update.About;
        var order = await ledger.FindOrderAsync(about.Connection!, about.OrderId!, ct);
        var mayBeForeign = config.Current.Campaigns.TryGetValue(about.Campaign!, out var campaign) && campaign.ForeignOrders;
        if (order is null ? !mayBeForeign : order.Campaign != about.Campaign)
            return (update, Refusal(update, "unknown_order", $"Campaign {about.Campaign} has no order {about.OrderId}."));
        // The lead is told apart from here on: the door knew only the order.
        return (update with { About = about with { LeadId = order?.LeadId, ClickId = order?.ClickId } }, null);
    }

    private async Task<(StatusUpdateRequested Update, StatusUpdateRefused? Refusal)> OfLeadAsync(StatusUpdateRequested update, CancellationToken ct)
    {
        var about = update.About;
        var lead = await ledger.FindLeadAsync(about.LeadId!.Value, ct);
        // Another's lead is as unknown as one that never was.
        if (lead is null || !config.Current.Campaigns.TryGetValue(lead.Message.About.Campaign!, out var campaign) || !campaign.Partners.Contains(about.Partner!))
            return (update, Refusal(update, "unknown_lead", $"There is no lead {about.LeadId}."));
        // The advertiser stays the one whom the message names as the partner: it is his request.
        update = update with { About = lead.Message.About with { Partner = about.Partner } };
        if (campaign.StatusMap.StatusIdFor(update.Label) is not { } statusId)
            return (update, Refusal(update, "unknown_status", $"The campaign has no status \"{update.Label}\"; it has {string.Join(", ", campaign.StatusMap.Labels)}."));
        if (lead is not { State: WorkState.Done, Outcome: OrderCreated { About.OrderId: { } orderId } })
            return (update, Refusal(update, "no_order_yet", lead.State is WorkState.Refused ? "SalesRender refused the lead: it has no order."
                : lead.Outcome is LeadDuplicated duplicate ? $"The lead is a duplicate of {duplicate.FirstLeadId}, which has the order: set that one's status." : "The lead has no order yet; try again later."));
        return (update with { About = update.About with { OrderId = orderId }, StatusId = statusId, Label = campaign.StatusMap.Entries[statusId]!.Label }, null);
    }

    private StatusUpdateRefused Refusal(StatusUpdateRequested update, string code, string text) => new(update.About, update, null, code, text, null, time.GetUtcNow());

    private async Task RefuseAsync(StatusUpdateRefused refused, Guid updateId, Asker? asker, CancellationToken ct)
    {
        await outbox.SendAsync([new Outgoing(StableId.Of(updateId.ToString(), nameof(StatusUpdateRefused)), refused)], ct);
        if (asker is not null)
            await answerer.TryAnswerAsync(asker, refused);
    }
}
