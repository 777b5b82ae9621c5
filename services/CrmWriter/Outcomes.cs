using System.Diagnostics;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.CrmWriter;

/// <summary>What is written for a claim, and the event that tells of it.</summary>
/// <param name="DueIn">With <see cref="WorkState.Waiting"/>: when it is tried again.</param>
public sealed record Settlement(WorkState State, Outgoing Event, string? OrderId = null, TimeSpan? DueIn = null);

/// <summary>Makes settlements. Event ids follow from the work alone, so that telling twice is telling once.</summary>
public static class Outcomes
{
    public static Settlement Done(Work work, string orderId, CrmExchange exchange, TimeProvider time) => work.Message switch
    {
        LeadSubmitted lead => new(WorkState.Done, Event(work, new OrderCreated(lead.About with { OrderId = orderId }, lead, exchange, time.GetUtcNow())), orderId),
        StatusUpdateRequested update => new(WorkState.Done, Event(work, new OrderStatusUpdated(update.About, update, exchange, time.GetUtcNow()))),
        var other => throw Unexpected(other),
    };

    public static Settlement Verified(Work work, CrmOutcome.Read order, CrmExchange exchange, TimeProvider time) => new(WorkState.Done,
        Event(work, new OrderVerified(work.Message.About, (OrderVerificationRequested)work.Message, order.StatusId, order.StatusGroup, order.Reward, null, exchange, time.GetUtcNow())));

    public static Settlement Refused(Work work, string code, string text, CrmExchange? exchange, TimeProvider time) => new(WorkState.Refused, Event(work, work.Message switch
    {
        LeadSubmitted lead => new OrderRefused(lead.About, lead, code, text, exchange, time.GetUtcNow()),
        StatusUpdateRequested update => new StatusUpdateRefused(update.About, update, null, code, text, exchange, time.GetUtcNow()),
        OrderVerificationRequested asked => new OrderVerified(asked.About, asked, null, null, null, $"{text} ({code})", exchange, time.GetUtcNow()),
        var other => throw Unexpected(other),
    }));

    public static Settlement InDoubt(Work work, string reason, CrmExchange? exchange, TimeProvider time) =>
        new(WorkState.InDoubt, Event(work, new OrderInDoubt(work.Message.About, (LeadSubmitted)work.Message, reason, exchange, time.GetUtcNow())));

    public static Settlement Delayed(Work work, string reason, TimeSpan dueIn, CrmExchange? exchange, TimeProvider time) => new(WorkState.Waiting,
        Event(work, new OrderWriteDelayed(work.Message.About, reason, work.Attempt, time.GetUtcNow() + dueIn, exchange, time.GetUtcNow())), DueIn: dueIn);

    private static Outgoing Event(Work work, IAudited message) =>
        new(StableId.Of(work.Id.ToString(), message.GetType().Name, work.Round, work.Attempt), message);

    private static UnreachableException Unexpected(IAudited message) => new($"The ledger holds a {message.GetType().Name}.");
}
