namespace LeadRelay.AuditStore;

/// <summary>What can be done about a lead, as its messages have it.</summary>
/// <param name="Doubt">It is in doubt since then.</param>
/// <param name="Resendable">Deliveries that have ended, by the message that said so, and were not sent again since.</param>
/// <param name="Held">Statuses that are held, by the message that said so.</param>
public sealed record LeadActions(OrderInDoubt? Doubt, IReadOnlyDictionary<Guid, Guid> Resendable, IReadOnlyDictionary<Guid, PostbackHeld> Held)
{
    /// <param name="messages">The lead's, the oldest first.</param>
    /// <param name="isInDoubt">By its record.</param>
    public static LeadActions Of(IReadOnlyList<StoredMessage> messages, bool isInDoubt)
    {
        var resent = messages.Select(m => m.Message).OfType<PostbackResent>().Select(m => m.Postback.ResendOf ?? m.Postback.DeliveryId).ToHashSet();
        var ended = messages.Where(m => m.Message is PostbackFailed or PostbackDelivered).Select(m => (m.Entry.MessageId, DeliveryOf(m.Message!).DeliveryId));
        // What was decided about since is held no more: its message's place in the order's history is the same.
        var decided = messages.Select(m => m.Message switch { PostbackDue due => due.Postback.Sequence, PostbackSkipped skipped => skipped.Sequence, _ => -1 }).ToHashSet();
        return new LeadActions(
            isInDoubt ? messages.Select(m => m.Message).OfType<OrderInDoubt>().LastOrDefault() : null,
            ended.Where(each => !resent.Contains(each.DeliveryId)).ToDictionary(each => each.MessageId, each => each.DeliveryId),
            messages.Where(m => m.Message is PostbackHeld held && !decided.Contains(held.Sequence)).ToDictionary(m => m.Entry.MessageId, m => (PostbackHeld)m.Message!));
    }

    private static Postback DeliveryOf(IAudited message) => message is PostbackFailed failed ? failed.Postback : ((PostbackDelivered)message).Postback;
}
