using System.Text;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>Stores every message as it was on the wire. The store waits out its own outages, so a batch never fails for one.</summary>
public sealed class AuditConsumer(IAuditLog audit) : IConsumer<Batch<IAudited>>
{
    public Task Consume(ConsumeContext<Batch<IAudited>> context) =>
        audit.AppendAsync([.. context.Message.Select(Entry)], context.CancellationToken);

    private static AuditEntry Entry(ConsumeContext<IAudited> context) => new(
        context.MessageId!.Value, Kind(context), context.Message.At, context.Message.About, Encoding.UTF8.GetString(context.ReceiveContext.Body.GetBytes()));

    /// <summary>The contract's name: first of the message's types, <c>urn:message:NAMESPACE:NAME</c>.</summary>
    private static string Kind(ConsumeContext context) =>
        context.SupportedMessageTypes.First()[("urn:message:".Length + typeof(IAudited).Namespace!.Length + 1)..];
}
