using LeadRelay.Persistence.Crm;

namespace LeadRelay.CrmWriter;

/// <summary>What is written for a claim, and the event that tells of it.</summary>
/// <param name="DueIn">With <see cref="WorkState.Waiting"/>: when it is tried again.</param>
public sealed record Settlement(WorkState State, Outgoing Event, string? OrderId = null, TimeSpan? DueIn = null);

/// <summary>Makes settlements. Event ids follow from the work alone, so that telling twice is telling once.</summary>
public static class Outcomes
{
    public static Settlement Done(Work work, string orderId, CrmExchange exchange, TimeProvider time)
    {
        var about = work.Message.About with { OrderId = orderId };
        return work.Message switch
        {
            LeadSubmitted lead => new(WorkState.Done, Event(work, new OrderCreated(about, Tracking(lead.Lead), lead.Warnings, exchange, lead.At, time.GetUtcNow())), orderId),
            StatusUpdateRequested update => new(WorkState.Done, Event(work, new OrderStatusUpdated(update.UpdateId, update.About, update.Label, update.StatusId, exchange, time.GetUtcNow()))),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    public static Settlement Refused(Work work, string code, string text, CrmExchange? exchange, TimeProvider time) => new(WorkState.Refused, Event(work,
        work.Message is StatusUpdateRequested update
            ? new StatusUpdateRefused(update.UpdateId, update.About, code, text, exchange, time.GetUtcNow())
            : new OrderRefused(work.Message.About, code, text, exchange, time.GetUtcNow())));

    public static Settlement InDoubt(Work work, string reason, CrmExchange? exchange, TimeProvider time) =>
        new(WorkState.InDoubt, Event(work, new OrderInDoubt(work.Message.About, reason, exchange, time.GetUtcNow())));

    public static Settlement Delayed(Work work, string reason, TimeSpan dueIn, CrmExchange? exchange, TimeProvider time) => new(WorkState.Waiting,
        Event(work, new OrderWriteDelayed(work.Message.About, reason, work.Attempt, time.GetUtcNow() + dueIn, exchange, time.GetUtcNow())), DueIn: dueIn);

    private static Outgoing Event(Work work, IAudited message) =>
        new(StableId.Of(work.Id.ToString(), message.GetType().Name, work.Round, work.Attempt), message);

    /// <summary>What macros of postbacks may name: sub ids, utm marks, and the parameters that only the partner knows the meaning of.</summary>
    private static Dictionary<string, string> Tracking(Lead lead)
    {
        var tracking = lead.Params.ToDictionary(p => "param." + p.Key, p => p.Value);
        foreach (var (field, value) in lead.Fields.Where(f => f.Key.StartsWith("sub", StringComparison.Ordinal) || f.Key.StartsWith("utm_", StringComparison.Ordinal)))
            tracking[field] = value;
        return tracking;
    }
}
