using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Which resends are the same, and what is told of one.</summary>
public static class Resends
{
    /// <summary>
    /// Id of a resend that is said once: the same for all who say so of the same delivery. One that was sent at once, and then
    /// was not delivered all the same, may be sent again.
    /// </summary>
    public static Guid OnceId(DeliveryRow row) => StableId.Of(
        row.State is DeliveryState.Failed or DeliveryState.Superseded or DeliveryState.Cancelled ? $"{row.Postback.DeliveryId} undelivered" : $"{row.Postback.DeliveryId}", nameof(ResendOrder.Once));

    /// <summary>Why a resend that was said once before sends nothing any more, in words; null while what it made waits or is under way.</summary>
    /// <param name="resent">What it made, or had sent at once.</param>
    public static string? WhyNotAgain(DeliveryRow resent)
    {
        var id = resent.Postback.DeliveryId;
        return resent.State switch
        {
            DeliveryState.Waiting or DeliveryState.Behind or DeliveryState.Claimed => null,
            DeliveryState.Delivered => $"It was sent again since, as {id}, and delivered. If it has to be sent once more, resend that one, without once if need be.",
            var ended => $"It was sent again since, as {id}, which was not delivered: it is {ended.ToString().ToLowerInvariant()}, and GET /postbacks/{id} shows it. Resend that one, if it has to be.",
        };
    }

    /// <summary>Makes the event, and keeps it, so that it can be sent once it is recorded.</summary>
    /// <param name="id">Of the resend.</param>
    /// <param name="told">Gets it.</param>
    public static Func<Subject, Postback, bool, Outgoing> Told(Guid id, Guid? jobId, string? reason, DateTimeOffset at, ICollection<Outgoing> told) => (about, postback, isRepeat) =>
    {
        var resent = new Outgoing(StableId.Of(id.ToString(), nameof(PostbackResent)), new PostbackResent(about, postback, isRepeat, jobId, reason, at));
        told.Clear(); // the store may ask for it more than once
        told.Add(resent);
        return resent;
    };
}
