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
            : OperatorAnswers.Problem(404, "unknown campaign", $"There is no campaign {alias} in the configuration.");

    private static async Task<IResult> BeginAsync(Job job, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Jobs jobs, TimeProvider time, CancellationToken ct)
    {
        Outgoing[] told = [Jobs.Told(job, job.At)];
        await ledger.AddJobAsync(job, told, ct);
        jobs.Wake();
        await outbox.TellAsync(told, time);
        return TypedResults.Accepted($"/jobs/{job.Id}", JobView.Of(job));
    }

    private static async Task<IResult> CancelAsync(Guid id, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, TimeProvider time, CancellationToken ct)
    {
        if (await ledger.JobsAsync(id, 1, ct) is not [var job])
            return Unknown(id);
        Outgoing[] told = [Jobs.Told(job with { State = JobState.Cancelled }, time.GetUtcNow())];
        if (!await ledger.CancelJobAsync(id, told, ct))
            return OperatorAnswers.Problem(409, "not running", $"The job {id} does not run any more.");
        await outbox.TellAsync(told, time);
        return TypedResults.Ok(JobView.Of((await ledger.JobsAsync(id, 1, ct))[0]));
    }

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

/// <summary>A job as operators see it.</summary>
/// <param name="Looked">Deliveries (of a resend) or orders (of a remapping) looked at so far.</param>
/// <param name="Done">Of these, those that are sent again, or told something else now; in a dry run, those that would be.</param>
/// <param name="Refused">Of these, those that may not be sent: something newer, or another attempt, stands in the way.</param>
public sealed record JobView(
    Guid JobId, JobKind Kind, JobState State, string What, bool DryRun, bool Recorded, long Looked, long Done, long Refused, string? Reason, DateTimeOffset At)
{
    public static JobView Of(Job job) =>
        new(job.Id, job.Kind, job.State, Jobs.What(job), job.DryRun, job.Recorded, job.Looked, job.Done, job.Refused, job.Reason, job.At);
}

/// <summary>The newest first, 100 at most.</summary>
public sealed record JobList(IReadOnlyList<JobView> Jobs);
