using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.PostbackDispatcher;

/// <summary>The operators' work on many postbacks at once: ordered here, done by <see cref="Jobs"/>.</summary>
public static class JobEndpoints
{
    private const int Newest = 100;

    public static void MapJobs(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/postbacks/resends", ResendAsync);
        endpoints.MapPost("/campaigns/{alias}/remap", RemapAsync);
        endpoints.MapPost("/campaigns/{alias}/release", ReleaseAsync);
        endpoints.MapGet("/jobs", async (IPostbackLedger ledger, CancellationToken ct) =>
            TypedResults.Ok(new JobList([.. (await ledger.JobsAsync(null, Newest, ct)).Select(JobView.Of)])));
        endpoints.MapGet("/jobs/{id:guid}", async Task<IResult> (Guid id, IPostbackLedger ledger, CancellationToken ct) =>
            await ledger.JobsAsync(id, 1, ct) is [var job] ? TypedResults.Ok(JobView.Of(job)) : Unknown(id));
        endpoints.MapPost("/jobs/{id:guid}/cancel", CancelAsync);
    }

    private static async Task<IResult> ResendAsync(BulkResend order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Jobs jobs, TimeProvider time, CancellationToken ct)
    {
        if (!order.Query.TryRead(out var filter, out var fault))
            return OperatorAnswers.Invalid(fault);
        if (filter == new DeliveryFilter())
            return OperatorAnswers.Invalid("Say which postbacks: at least one of campaign, partner, target, event, state, from and to. With \"dry_run\": true they are only counted.");
        var now = time.GetUtcNow();
        var job = new Job(Guid.CreateVersion7(), JobKind.Resend, filter with { To = filter.To < now ? filter.To : now }, null, order.DryRun, order.Recorded ?? true, order.Reason, now);
        return await BeginAsync(job, ledger, outbox, jobs, time, ct);
    }

    private static async Task<IResult> RemapAsync(
        string alias, RemapOrder? order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Jobs jobs, ConfigStore config, TimeProvider time, CancellationToken ct) =>
        config.Current.Campaigns.ContainsKey(alias)
            ? await BeginAsync(new Job(Guid.CreateVersion7(), JobKind.Remap, null, alias, order?.DryRun ?? false, false, order?.Reason, time.GetUtcNow()), ledger, outbox, jobs, time, ct)
            : UnknownCampaign(alias);

    private static async Task<IResult> ReleaseAsync(
        string alias, ReleaseOrder order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Jobs jobs, ConfigStore config, TimeProvider time, CancellationToken ct)
    {
        if (!config.Current.Campaigns.TryGetValue(alias, out var campaign))
            return UnknownCampaign(alias);
        if (!order.TryRead(campaign.StatusMap, out var status, out var meaning, out var fault))
            return OperatorAnswers.Invalid(fault);
        var job = new Job(Guid.CreateVersion7(), JobKind.Release, null, alias, order.DryRun, false, order.Reason, time.GetUtcNow(), Status: status, Label: meaning.Label, Event: meaning.Event);
        return await BeginAsync(job, ledger, outbox, jobs, time, ct);
    }

    private static async Task<IResult> BeginAsync(Job job, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Jobs jobs, TimeProvider time, CancellationToken ct)
    {
        Outgoing[] told = [Jobs.Told(job, job.At)];
        await ledger.AddJobAsync(job, told, ct);
        jobs.Wake();
        await outbox.TellAsync(told, time);
        return TypedResults.Accepted($"/jobs/{job.Id}", JobView.Of(job));
    }

    private static async Task<IResult> CancelAsync(Guid id, CancelOrder? order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TimeProvider time, CancellationToken ct)
    {
        if (await ledger.JobsAsync(id, 1, ct) is not [var job])
            return Unknown(id);
        Outgoing[] told = [Jobs.Told(job with { State = JobState.Cancelled, Reason = order?.Reason ?? job.Reason }, time.GetUtcNow())];
        if (!await ledger.CancelJobAsync(id, told, ct))
            return OperatorAnswers.Problem(409, "not running", $"The job {id} does not run any more.");
        await outbox.TellAsync(told, time);
        return TypedResults.Ok(JobView.Of((await ledger.JobsAsync(id, 1, ct))[0]));
    }

    private static ProblemHttpResult UnknownCampaign(string alias) => OperatorAnswers.Problem(404, "unknown campaign", $"There is no campaign {alias} in the configuration.");

    private static ProblemHttpResult Unknown(Guid id) => OperatorAnswers.Problem(404, "unknown job", $"There is no job {id}: GET /jobs lists the newest.");
}

/// <summary>Sends many postbacks again: a filter's parts as those of the list.</summary>
/// <param name="DryRun">Only count.</param>
/// <param name="Recorded">Repeat the requests as they were sent (default); false renders them from today's configuration.</param>
/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BulkResend(
    string? Campaign, string? Partner, string? Target, string? Event, string? State, string? From, string? To, bool DryRun, bool? Recorded, string? Reason)
{
    internal DeliveryQuery Query => new(Campaign, Partner, Target, Event, State, From, To);
}

/// <param name="DryRun">Only count.</param>
/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RemapOrder(bool DryRun, string? Reason);

/// <summary>What a held status means, by an operator's word: one of the first two, and the label.</summary>
/// <param name="StatusGroup">Means what is held without a status id.</param>
/// <param name="Event">May be left out where the label brings one along.</param>
/// <param name="DryRun">Only count.</param>
/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReleaseOrder(string? StatusId, string? StatusGroup, string? Label, string? Event, bool DryRun, string? Reason)
{
    /// <summary>A label goes into URLs and into the file's line.</summary>
    private const int LongestLabel = 100;

    /// <summary>Reads it; false with a sentence that says what is wrong.</summary>
    /// <param name="map">The campaign's: what it has needs no operator's word.</param>
    /// <param name="status">As the map would call it.</param>
    public bool TryRead(StatusMap map, [NotNullWhen(true)] out string? status, [NotNullWhen(true)] out MappedStatus? meaning, [NotNullWhen(false)] out string? fault)
    {
        (status, meaning, fault) = (null, null, null);
        var (id, group, label) = (QueryText.Given(StatusId), QueryText.Given(StatusGroup), Label?.Trim());
        var given = QueryText.Given(Event) is { } word ? DeliveryQuery.Word<StatusEvent>("event", word, ref fault) : label is null ? null : MappedStatus.DefaultEvent(label);
        if (id is null == group is null)
            fault = "Say either status_id or status_group, as GET /held has it.";
        else if (map.EntryFor(id, group) is { } entry)
            fault = $"The map has \"{entry}\": what is held in this status is released by itself, within seconds. What went out under a wrong label is told anew by a remap.";
        else if (string.IsNullOrEmpty(label) || label.Any(char.IsControl))
            fault = "Say what the status means: a label, as it would stand in status_map, without line breaks.";
        else if (label.Length > LongestLabel)
            fault = $"The label has {label.Length} characters; {LongestLabel} are the most.";
        else if (label.Equals("ignore", StringComparison.OrdinalIgnoreCase))
            fault = $"A release tells the trackers something. To be silent about a status, put this line into the campaign's status_map: \"{StatusMap.KeyOf(id, group)}\": \"ignore\"";
        else if (given is null)
            fault ??= $"The label {label} has no event of its own; say which: \"event\": wait, hold, approve, cancel or trash.";
        if (fault is not null)
            return false;
        (status, meaning) = (StatusMap.KeyOf(id, group), new MappedStatus(label!, given!.Value));
        return true;
    }
}

/// <summary>A job as operators see it.</summary>
/// <param name="Looked">Deliveries (of a resend), orders (of a remapping) or held messages (of a release) looked at so far.</param>
/// <param name="Done">Of these, those that are sent again, told something else now, or told at last; in a dry run, those that would be.</param>
/// <param name="Refused">Of these, those that may not be sent: something newer, or another attempt, stands in the way.</param>
/// <param name="Line">Of a release: the line of <c>status_map</c> that says the same of what comes later. There a group counts for its ids that have no entry, too.</param>
public sealed record JobView(
    Guid JobId, JobKind Kind, JobState State, string What, bool DryRun, bool Recorded, long Looked, long Done, long Refused, string? Reason, DateTimeOffset At, string? Line)
{
    public static JobView Of(Job job) => new(job.Id, job.Kind, job.State, Jobs.What(job), job.DryRun, job.Recorded, job.Looked, job.Done, job.Refused, job.Reason, job.At,
        job is { Status: { } status, Label: { } label, Event: { } given } ? StatusMapLine.Of(status, label, given) : null);
}

/// <summary>The newest first, 100 at most.</summary>
public sealed record JobList(IReadOnlyList<JobView> Jobs);
