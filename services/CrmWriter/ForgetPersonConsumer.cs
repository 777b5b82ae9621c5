using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Forgets the person behind a lead. A lead that is still worked on is forgotten with its outcome.</summary>
public sealed class ForgetPersonConsumer(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, TimeProvider time) : IConsumer<ForgetPerson>
{
    public async Task Consume(ConsumeContext<ForgetPerson> context)
    {
        var (asked, now) = (context.Message, time.GetUtcNow());
        if (asked.About.LeadId is not { } leadId)
            return;
        Outgoing? told = null;
        // Asked again, it may be complete where it was not: that is told beside what was told before.
        Outgoing Told(bool isComplete) => told = new Outgoing(
            StableId.Of(leadId.ToString(), $"{CrmWriterService.Name}.{nameof(PersonForgotten)}", asked.At.UtcTicks, isComplete ? 1 : 0),
            new PersonForgotten(asked.About, CrmWriterService.Name, isComplete, now));
        if (await ledger.ErasePersonAsync(leadId, Told, context.CancellationToken))
            await outbox.SendAsync([told!], context.CancellationToken);
    }
}
