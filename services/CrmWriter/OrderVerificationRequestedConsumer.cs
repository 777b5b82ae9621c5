using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Takes a question about an order over into the ledger: it is asked until there is an answer.</summary>
public sealed class OrderVerificationRequestedConsumer(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, CrmPump pump) : IConsumer<OrderVerificationRequested>
{
    public async Task Consume(ConsumeContext<OrderVerificationRequested> context)
    {
        // A change is verified once: the id follows from it, and not from this message.
        var id = StableId.Of(context.Message.CauseId.ToString(), nameof(WorkKind.Verify));
        var accepted = await ledger.AcceptAsync(new NewWork(id, WorkKind.Verify, context.MessageId!.Value, context.Message, null), null, context.CancellationToken);
        if (accepted.IsNew)
            pump.Wake();
        else if (accepted.Work.Outcome is OrderVerified known) // whoever asks once more has use for the answer once more
            await outbox.SendAsync([Outcomes.Event(accepted.Work, known)], context.CancellationToken);
    }
}
