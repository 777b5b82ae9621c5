using LeadRelay.Configuration;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What waits for a person, as the services that have it say.</summary>
/// <param name="Failed">The newest first.</param>
/// <param name="HasApart">There are messages that the audit's store would not take; null when it does not say.</param>
public sealed record Needs(
    Answered<Doubts> Doubts,
    Answered<HeldStatuses> Held,
    Answered<Deliveries> Failed,
    Answered<JobList> Jobs,
    IReadOnlyList<Answered<PauseList>> Pauses,
    IReadOnlyList<ServiceHealth> Services,
    bool? HasApart)
{
    public const int Most = 500;

    /// <summary>Failures that are older are history: nobody would resend them without being asked.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(30);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Held statuses, those of one campaign in one status together, the longest waiting first.</summary>
    public IReadOnlyList<HeldGroup> HeldGroups => HeldGroup.Of(Held.Value?.Held ?? []);

    /// <summary>Failed for good, not sent again since, and not too old to be: the newest first.</summary>
    public IReadOnlyList<FailedDelivery> StillFailed => [.. (Failed.Value?.Postbacks ?? []).Where(failed => failed is { ResentAs: null, Superseded: false })];

    public IReadOnlyList<Pause> Paused => [.. Pauses.SelectMany(pauses => pauses.Value?.Pauses ?? []).OrderBy(pause => pause.Name, StringComparer.Ordinal)];

    /// <summary>Where what has failed begins, for a query.</summary>
    public static string Since(DateTimeOffset now) => (now - Recent).UtcDateTime.ToString("O");

    public static async Task<Needs> AskAsync(OtherServices services, IAuditLog audit, DateTimeOffset now, CancellationToken ct)
    {
        var (doubts, held) = (services.GetAsync<Doubts>("CrmWriter", "leads/in-doubt", ct), services.GetAsync<HeldStatuses>("PostbackDispatcher", $"held?limit={Most}", ct));
        var failed = services.GetAsync<Deliveries>("PostbackDispatcher", $"postbacks?state=failed&order=newest&from={Uri.EscapeDataString(Since(now))}&limit={Most}", ct);
        var jobs = services.GetAsync<JobList>("PostbackDispatcher", "jobs", ct);
        var pauses = Task.WhenAll(services.PausesAsync("CrmWriter", ct), services.PausesAsync("PostbackDispatcher", ct));
        var health = Task.WhenAll(OtherServices.Ports.Keys.Select(async service => new ServiceHealth(service, await services.HealthAsync(service, ct))));
        var apart = HasApartAsync(audit, ct);
        return new Needs(await doubts, await held, await failed, await jobs, [.. (await pauses).SelectMany(each => each)], await health, await apart);
    }

    /// <summary>A store that is away must not hide what the others say, its own health among it.</summary>
    private static async Task<bool?> HasApartAsync(IAuditLog audit, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Look);
        try { return (await audit.ApartAsync(1, limit.Token)).Count > 0; }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return null; }
    }
}

/// <summary>Of CrmWriter.</summary>
public sealed record Doubts(IReadOnlyList<Doubt> Leads);

/// <param name="At">Since when.</param>
public sealed record Doubt(Guid LeadId, string? Campaign, string? Partner, DateTimeOffset At, string? Reason);

/// <summary>Of PostbackDispatcher.</summary>
public sealed record HeldStatuses(IReadOnlyList<HeldStatus> Held, string? Next);

public sealed record HeldStatus(string? Campaign, Guid? LeadId, string? OrderId, string? StatusId, string? StatusGroup, string? Comment, DateTimeOffset Since);

/// <summary>Of PostbackDispatcher.</summary>
public sealed record Deliveries(IReadOnlyList<FailedDelivery> Postbacks, string? Next);

public sealed record FailedDelivery(
    Guid DeliveryId, string? Campaign, string? OrderId, Guid? LeadId, string Target, StatusEvent Event, string Label, int Attempts, DateTimeOffset Since, Guid? ResentAs, bool Superseded);

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
public sealed record HeldGroup(string Campaign, string Key, int Count, DateTimeOffset Since, IReadOnlyList<HeldStatus> Examples)
{
    private const int Shown = 3;

    public static IReadOnlyList<HeldGroup> Of(IEnumerable<HeldStatus> held) =>
    [
        .. held.Where(status => status.Campaign is not null).GroupBy(status => (Campaign: status.Campaign!, Key: StatusMap.KeyOf(status.StatusId, status.StatusGroup)))
            .Select(same => new HeldGroup(same.Key.Campaign, same.Key.Key, same.Count(), same.Min(status => status.Since), [.. same.OrderBy(status => status.Since).Take(Shown)]))
            .OrderBy(group => group.Since),
    ];
}
