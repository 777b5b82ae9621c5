using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Decides about a change that waited for SalesRender's own word; one that is decided about stays so.</summary>
public sealed class OrderVerifiedConsumer(StatusChanges changes) : IConsumer<OrderVerified>
{
    public Task Consume(ConsumeContext<OrderVerified> context) => changes.ApplyAsync(context.Message, context.CancellationToken);
}
