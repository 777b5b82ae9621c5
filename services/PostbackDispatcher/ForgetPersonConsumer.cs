using LeadRelay.Persistence.Postbacks;
using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Forgets the person behind an order; what is owed for it is still delivered.</summary>
public sealed class ForgetPersonConsumer(IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TimeProvider time) : IConsumer<ForgetPerson>
{
    public async Task Consume(ConsumeContext<ForgetPerson> context)
    {
        var asked = context.Message;
        if (asked.About.LeadId is not { } leadId)
            return;
        var told = new Outgoing(
            StableId.Of(leadId.ToString(), $"{PostbackDispatcherService.Name}.{nameof(PersonForgotten)}", asked.At.UtcTicks),
            new PersonForgotten(asked.About, PostbackDispatcherService.Name, Complete: true, time.GetUtcNow()));
        if (await ledger.ErasePersonAsync(asked.About, [told], context.CancellationToken))
            await outbox.SendAsync([told], context.CancellationToken);
    }
}
