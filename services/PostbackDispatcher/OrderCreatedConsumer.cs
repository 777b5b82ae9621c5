using LeadRelay.Persistence.Postbacks;
using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Learns of an order, and lets go what came for it before.</summary>
public sealed class OrderCreatedConsumer(IPostbackLedger ledger, StatusChanges changes, KeptMessages kept) : IConsumer<OrderCreated>
{
    public async Task Consume(ConsumeContext<OrderCreated> context)
    {
        if (!await ledger.KnowsAsync(context.MessageId!.Value, context.CancellationToken))
            await changes.CreateAsync(context.MessageId.Value, context.Message, context.CancellationToken);
        kept.Wake();
    }
}
