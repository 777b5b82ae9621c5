using LeadRelay.Persistence.Postbacks;
using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Takes over what a webhook said.</summary>
public sealed class OrderStatusChangedConsumer(IPostbackLedger ledger, StatusChanges changes) : IConsumer<OrderStatusChanged>
{
    public async Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        if (!await ledger.KnowsAsync(context.MessageId!.Value, context.CancellationToken))
            await changes.ApplyAsync(context.MessageId.Value, context.Message, context.CancellationToken);
    }
}
