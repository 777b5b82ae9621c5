using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>An operator's word on what a held status means, as a job of the kind <see cref="JobKind.Release"/> carries it. Pure.</summary>
public static class Releases
{
    /// <summary>What a job says of a message's status: what an entry of the map under the same key would; null when it is about another status, or no release.</summary>
    public static MappedStatus? WordOf(Job job, OrderStatusChanged message) =>
        job is { Kind: JobKind.Release, Status: { } key, Label: { } label, Event: { } given }
        && new StatusMap(new Dictionary<string, MappedStatus?> { [key] = new(label, given) }).TryMap(message.StatusId, message.StatusGroup, out var word) ? word : null;

    /// <summary>The newest word that was given on a message once it was here: SalesRender is asked on the strength of it. Null when there is none.</summary>
    /// <param name="jobs">The newest first.</param>
    public static MappedStatus? WordOf(IEnumerable<Job> jobs, string? campaign, OrderStatusChanged message) =>
        jobs.Where(job => !job.DryRun && job.Campaign == campaign && job.At >= message.At).Select(job => WordOf(job, message)).FirstOrDefault(word => word is not null);
}
