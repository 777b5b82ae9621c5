using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Takes a question about an order over into the ledger: it is asked until there is an answer.</summary>
public sealed class OrderVerificationRequestedConsumer(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, CrmPump pump) : IConsumer<OrderVerificationRequested>
{
    public async Task Consume(ConsumeContext<OrderVerificationRequested> context)
    {
        // A change is verified once: the id follows from it, and not from this message.
        var asked = context.Message;
        var id = StableId.Of(asked.CauseId.ToString(), nameof(WorkKind.Verify));
        var accepted = await ledger.AcceptAsync(new NewWork(id, WorkKind.Verify, context.MessageId!.Value, asked, null), null, context.CancellationToken);
        if (accepted.IsNew)
            pump.Wake();
        else if (accepted.Work.Outcome is OrderVerified known) // whoever asks once more has use for the answer once more
            await outbox.SendAsync([Answer(accepted.Work, known, asked)], context.CancellationToken);
    }

    /// <summary>SalesRender's word is the same; but with an operator's word it is another question, and its answer carries that.</summary>
    private static Outgoing Answer(Work work, OrderVerified known, OrderVerificationRequested asked) => (asked.Label, asked.Event) == (known.Request.Label, known.Request.Event)
        ? Outcomes.Event(work, known)
        : new Outgoing(StableId.Of($"{work.Id} {asked.Label} {asked.Event}", nameof(OrderVerified)), known with { Request = asked });
}
