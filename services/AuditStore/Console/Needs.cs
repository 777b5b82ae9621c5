using LeadRelay.Configuration;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What waits for a person, as the services that have it say.</summary>
/// <param name="Apart">Messages that the audit's store would not take.</param>
public sealed record Needs(
    Answered<Doubts> Doubts, Answered<HeldStatuses> Held, Answered<Deliveries> Failed, Answered<JobList> Jobs, IReadOnlyList<Answered<PauseList>> Pauses, IReadOnlyList<ServiceHealth> Services, int Apart)
{
    public const int Most = 500;

    /// <summary>Failures that are older are history: nobody would resend them without being asked.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(30);

    /// <summary>Held statuses, those of one campaign in one status together, the longest waiting first.</summary>
    public IReadOnlyList<HeldGroup> HeldGroups => HeldGroup.Of(Held.Value?.Held ?? []);

    /// <summary>Failed for good and not sent again since, the newest first.</summary>
    public IReadOnlyList<FailedDelivery> StillFailed => [.. (Failed.Value?.Postbacks ?? []).Where(failed => failed.ResentAs is null).OrderByDescending(failed => failed.Since)];

    public IReadOnlyList<Pause> Paused => [.. Pauses.SelectMany(pauses => pauses.Value?.Pauses ?? []).OrderBy(pause => pause.Name, StringComparer.Ordinal)];

    /// <summary>Where what has failed begins, for a query.</summary>
    public static string Since(DateTimeOffset now) => (now - Recent).UtcDateTime.ToString("O");

    public static async Task<Needs> AskAsync(OtherServices services, IAuditLog audit, DateTimeOffset now, CancellationToken ct)
    {
        var since = Since(now);
        var (doubts, held) = (services.GetAsync<Doubts>("CrmWriter", "leads/in-doubt", ct), services.GetAsync<HeldStatuses>("PostbackDispatcher", $"held?limit={Most}", ct));
        var failed = services.GetAsync<Deliveries>("PostbackDispatcher", $"postbacks?state=failed&from={Uri.EscapeDataString(since)}&limit={Most}", ct);
        var jobs = services.GetAsync<JobList>("PostbackDispatcher", "jobs", ct);
        var pauses = Task.WhenAll(services.GetOfEachAsync<PauseList>("CrmWriter", "pauses", ct), services.GetOfEachAsync<PauseList>("PostbackDispatcher", "pauses", ct));
        var health = Task.WhenAll(OtherServices.Ports.Keys.Select(async service => new ServiceHealth(service, await services.GetOfEachAsync<Health>(service, "health/ready", ct))));
        var apart = audit.ApartAsync(Most, ct);
        return new Needs(await doubts, await held, await failed, await jobs, [.. (await pauses).SelectMany(each => each)], await health, (await apart).Count);
    }
}

/// <summary>Of CrmWriter.</summary>
public sealed record Doubts(IReadOnlyList<Doubt> Leads);

/// <param name="At">Since when.</param>
public sealed record Doubt(Guid LeadId, string? Campaign, string? Partner, DateTimeOffset At, string? Reason);

/// <summary>Of PostbackDispatcher.</summary>
public sealed record HeldStatuses(IReadOnlyList<HeldStatus> Held, string? Next);

public sealed record HeldStatus(string? Campaign, string? Partner, Guid? LeadId, string? OrderId, string? StatusId, string? StatusGroup, string? Comment, DateTimeOffset Since);

/// <summary>Of PostbackDispatcher.</summary>
public sealed record Deliveries(IReadOnlyList<FailedDelivery> Postbacks, string? Next);

public sealed record FailedDelivery(
    Guid DeliveryId, string? Campaign, string? Partner, string? OrderId, Guid? LeadId, string Target, StatusEvent Event, string Label, int Attempts, DateTimeOffset Since, Guid? ResentAs);

/// <summary>Of PostbackDispatcher.</summary>
public sealed record JobList(IReadOnlyList<JobRow> Jobs);

public sealed record JobRow(Guid JobId, string Kind, string State, string What, bool DryRun, long Looked, long Done, long Refused, DateTimeOffset At);

/// <summary>How the replicas of a service are.</summary>
public sealed record ServiceHealth(string Service, IReadOnlyList<Answered<Health>> Replicas)
{
    public bool IsWell => Replicas.All(replica => replica.Value is { IsWell: true });
}

/// <summary>Of every service's <c>/health/ready</c>.</summary>
public sealed record Health(string Status, IReadOnlyDictionary<string, HealthPart> Checks)
{
    public bool IsWell => Status is "Healthy";
}

public sealed record HealthPart(string Status, string? Text);

/// <summary>All that is held of a campaign in one status.</summary>
/// <param name="Key">As the status map has it: <c>77</c>, or <c>group:APPROVED</c>.</param>
/// <param name="Since">Of the oldest.</param>
public sealed record HeldGroup(string Campaign, string? StatusId, string? StatusGroup, int Count, DateTimeOffset Since, IReadOnlyList<HeldStatus> Examples)
{
    private const int Shown = 3;

    public string Key => StatusMap.KeyOf(StatusId, StatusGroup);

    public static IReadOnlyList<HeldGroup> Of(IEnumerable<HeldStatus> held) =>
    [
        .. held.Where(status => status.Campaign is not null).GroupBy(status => (Campaign: status.Campaign!, status.StatusId, Group: status.StatusId is null ? status.StatusGroup : null))
            .Select(same => new HeldGroup(same.Key.Campaign, same.Key.StatusId, same.First().StatusGroup, same.Count(), same.Min(status => status.Since), [.. same.OrderBy(status => status.Since).Take(Shown)]))
            .OrderBy(group => group.Since),
    ];
}
