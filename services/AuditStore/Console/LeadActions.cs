namespace LeadRelay.AuditStore;

/// <summary>What can be done about a lead, as its messages have it.</summary>
/// <param name="Doubt">It is in doubt since then, and nobody has decided yet: the lead's record may be a moment behind.</param>
/// <param name="Resendable">Of each tracker the newest delivery that has ended, unless it was sent again since, by the message that said so.</param>
/// <param name="Held">Statuses that are held, by the message that said so.</param>
public sealed record LeadActions(OrderInDoubt? Doubt, IReadOnlyDictionary<Guid, Guid> Resendable, IReadOnlyDictionary<Guid, PostbackHeld> Held)
{
    /// <param name="messages">The lead's, the oldest first.</param>
    /// <param name="isInDoubt">By its record.</param>
    public static LeadActions Of(IReadOnlyList<StoredMessage> messages, bool isInDoubt)
    {
        // Of each tracker only the newest can be sent again: an older status never follows a newer one.
        var ended = messages.Select(m => (m.Entry.MessageId, Postback: EndedIn(m.Message))).Where(each => each.Postback is not null)
            .GroupBy(each => each.Postback!.Target).Select(target => target.OrderBy(each => each.Postback!.Sequence).Last());
        var resent = messages.Select(m => m.Message).OfType<PostbackResent>().Select(m => m.Postback.ResendOf).ToHashSet();
        // What was decided about since is held no more: its message's place in the order's history is the same.
        var decided = messages.Select(m => m.Message switch { PostbackDue due => due.Postback.Sequence, PostbackSkipped skipped => skipped.Sequence, _ => -1 }).ToHashSet();
        return new LeadActions(
            isInDoubt && messages.Select(m => m.Message).OfType<OrderInDoubt>().LastOrDefault() is { } doubt
                && !messages.Any(m => m.Message is OrderCreated || (m.Message is ResolveInDoubt word && word.DoubtedAt == doubt.At)) ? doubt : null,
            ended.Where(each => !resent.Contains(each.Postback!.DeliveryId)).ToDictionary(each => each.MessageId, each => each.Postback!.DeliveryId),
            messages.Where(m => m.Message is PostbackHeld held && !decided.Contains(held.Sequence)).ToDictionary(m => m.Entry.MessageId, m => (PostbackHeld)m.Message!));
    }

    private static Postback? EndedIn(IAudited? message) => message switch
    {
        PostbackFailed failed => failed.Postback,
        PostbackDelivered delivered => delivered.Postback,
        _ => null,
    };
}
