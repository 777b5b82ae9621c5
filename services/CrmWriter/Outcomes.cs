using System.Diagnostics;
using LeadRelay.Configuration;
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
        OrderInDoubt => new OrderLookedUp(work.Message.About, work.Attempt, null, $"The order is not looked for any more: {text} ({code})", exchange, time.GetUtcNow()),
        var other => throw Unexpected(other),
    }));

    /// <param name="lookIn">How long until its order is looked for; null when it cannot be.</param>
    public static Settlement InDoubt(Work work, string reason, CrmExchange? exchange, TimeSpan? lookIn, TimeProvider time) =>
        new(WorkState.InDoubt, Event(work, new OrderInDoubt(work.Message.About, (LeadSubmitted)work.Message, reason, exchange, time.GetUtcNow())), DueIn: lookIn);

    /// <summary>A lead's order exists, though nobody here saw SalesRender's answer.</summary>
    /// <param name="evidence">As in <see cref="OrderCreated"/>.</param>
    public static Settlement Exists(Work lead, string orderId, string evidence, CrmExchange? exchange, TimeProvider time) =>
        new(WorkState.Done, Event(lead, new OrderCreated(lead.Message.About with { OrderId = orderId }, (LeadSubmitted)lead.Message, exchange, time.GetUtcNow(), evidence)), orderId);

    /// <summary>A lead in doubt has no order: it is sent again, at once.</summary>
    public static Settlement SendAgain(Work lead, string reason, TimeProvider time) => Delayed(lead, reason, TimeSpan.Zero, null, time);

    /// <param name="dueIn">Until the next look; null when there is none.</param>
    public static Settlement LookedUp(Work look, string? found, string text, CrmExchange? exchange, TimeSpan? dueIn, TimeProvider time) =>
        new(dueIn is null ? WorkState.Done : WorkState.Waiting, Event(look, new OrderLookedUp(look.Message.About, look.Attempt, found, text, exchange, time.GetUtcNow())), DueIn: dueIn);

    /// <param name="first">The lead that has the order.</param>
    public static Settlement Duplicate(Work work, Work first, DuplicateAnswer answer, TimeProvider time)
    {
        var orderId = first.Outcome?.About.OrderId;
        return answer is DuplicateAnswer.Refuse
            ? Refused(work, "duplicate", $"Another lead with this phone has the order {orderId}.", null, time)
            : new Settlement(WorkState.Done, Event(work, new LeadDuplicated(work.Message.About with { OrderId = orderId }, (LeadSubmitted)work.Message, first.Id, time.GetUtcNow())));
    }

    /// <summary>A newer status was pushed for the same order. That is the end of it: a repeat must not bring it back.</summary>
    public static Settlement Superseded(Work work, TimeProvider time) =>
        Refused(work, "superseded", "A newer status was pushed for this order before this one was sent.", null, time) with { State = WorkState.Done };

    public static Settlement Delayed(Work work, string reason, TimeSpan dueIn, CrmExchange? exchange, TimeProvider time) => new(WorkState.Waiting,
        Event(work, new OrderWriteDelayed(work.Message.About, reason, work.Attempt, time.GetUtcNow() + dueIn, exchange, time.GetUtcNow())), DueIn: dueIn);

    public static Outgoing Event(Work work, IAudited message) =>
        new(StableId.Of(work.Id.ToString(), message.GetType().Name, work.Round, work.Attempt), message);

    private static UnreachableException Unexpected(IAudited message) => new($"The ledger holds a {message.GetType().Name}.");
}
