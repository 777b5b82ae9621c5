using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Takes a lead over into the ledger. A repeat gets the answer that the first one got, or will get.</summary>
public sealed class LeadSubmittedConsumer(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, CrmPump pump, ConfigStore config, Answerer answerer, TimeProvider time) : IConsumer<LeadSubmitted>
{
    public async Task Consume(ConsumeContext<LeadSubmitted> context)
    {
        var lead = context.Message;
        var asker = context.Asker() is { } who ? new Asker(who.Instance, who.RequestId) : null;
        var accepted = await ledger.AcceptAsync(
            new NewWork(lead.About.LeadId!.Value, WorkKind.Create, context.MessageId!.Value, lead, lead.BodyHash)
            {
                Duplicates = config.Current.Campaigns.GetValueOrDefault(lead.About.Campaign!) is { DuplicateWindow: not null } campaign ? DuplicatesOf(lead, campaign) : null,
            }, asker, context.CancellationToken);

        if (accepted.IsNew)
            pump.Wake();
        else if (accepted.Work.BodyHash != lead.BodyHash)
            await RefuseAsync(lead, accepted.Work, asker, context.CancellationToken);
        else if (accepted.Work is { State: WorkState.Done or WorkState.Refused or WorkState.InDoubt, Outcome: { } outcome } && asker is not null)
            await answerer.TryAnswerAsync(asker, outcome);
    }

    /// <summary>Whom a lead competes with. A campaign that has no window any more has none to compete with.</summary>
    public static DuplicateRule DuplicatesOf(LeadSubmitted lead, Campaign campaign) =>
        new(campaign.Alias, lead.Lead.Fields["phone"], campaign.DuplicateWindow?.Window ?? TimeSpan.Zero);

    private async Task RefuseAsync(LeadSubmitted lead, Work known, Asker? asker, CancellationToken ct)
    {
        var conflict = new SubmissionConflicted(lead.About, lead.BodyHash, known.BodyHash!, time.GetUtcNow());
        var id = StableId.Of($"{lead.About.LeadId} {lead.BodyHash}", nameof(SubmissionConflicted));
        await outbox.SendAsync([new Outgoing(id, conflict)], ct);
        if (asker is not null)
            await answerer.TryAnswerAsync(asker, conflict);
    }
}
