using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>An operator's word on what a held status means, as a job of the kind <see cref="JobKind.Release"/> carries it. Pure.</summary>
public static class Releases
{
    /// <summary>Whether a word on a status is said of a message. On a group it is said where the message has no id: of an id in that group nobody said anything.</summary>
    /// <param name="status">As <see cref="StatusMap.KeyOf"/> has it.</param>
    public static bool IsAbout(string status, OrderStatusChanged message) =>
        message.StatusId is null == (StatusKey.GroupIn(status) is not null) && StatusMap.KeyOf(message.StatusId, message.StatusGroup) == status;

    /// <summary>What a job says of a message's status; null when it is about another status, or no release.</summary>
    public static MappedStatus? WordOf(Job job, OrderStatusChanged message) =>
        job is { Kind: JobKind.Release, Status: { } status, Label: { } label, Event: { } given } && IsAbout(status, message) ? new MappedStatus(label, given) : null;

    /// <summary>The newest word that was given on a message once it was here: SalesRender is asked on the strength of it. Null when there is none.</summary>
    /// <param name="jobs">The newest first.</param>
    public static MappedStatus? WordOf(IEnumerable<Job> jobs, string? campaign, OrderStatusChanged message) =>
        jobs.Where(job => !job.DryRun && job.Campaign == campaign && job.At >= message.At).Select(job => WordOf(job, message)).FirstOrDefault(word => word is not null);

    /// <summary>A status in words.</summary>
    /// <param name="status">As <see cref="StatusMap.KeyOf"/> has it.</param>
    public static string Words(string status) => StatusKey.GroupIn(status) is { } group ? $"group {group} without a status id" : $"status {status}";
}
