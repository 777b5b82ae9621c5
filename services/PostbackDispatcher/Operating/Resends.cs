using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What is told of a resend.</summary>
internal static class Resends
{
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
