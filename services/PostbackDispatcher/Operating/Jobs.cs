using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Works off the operators' jobs, page by page. Each step has an id that follows from the job's, or from the message that
/// is released, so a page that a killed process left half done is done again by whoever takes the job over, and nothing
/// twice. What such a process had released already is held no more, and not in the job's figures.
/// </summary>
public sealed class Jobs(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, StatusChanges changes, Retries retries, TimeProvider time, ILogger<Jobs> logger)
    : Chore(TimeSpan.FromSeconds(1), logger)
{
    private const int Page = 200;

    /// <summary>Renewed after each page.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>Tells where a job stands.</summary>
    public static Outgoing Told(Job job, DateTimeOffset at) => new(StableId.Of($"{job.Id} {job.State}", nameof(PostbackJobReported)), new PostbackJobReported(
        new Subject(Campaign: job.Campaign ?? job.Filter?.Campaign, Partner: job.Filter?.Partner), job.Id, Word(job.Kind), Word(job.State), What(job), job.DryRun, job.Looked, job.Done, job.Reason, at));

    /// <summary>Which postbacks a job is about, in words.</summary>
    public static string What(Job job)
    {
        if (job.Kind is JobKind.Release)
            return $"what is held of {job.Campaign} in {Releases.Words(job.Status!)}, as {job.Label} ({Word(job.Event!.Value)})";
        if (job.Filter is not { } filter)
            return $"the newest status of each order of {job.Campaign}";
        (string Name, string? Value)[] parts =
        [
            ("campaign", filter.Campaign), ("partner", filter.Partner), ("target", filter.Target), ("event", filter.Event is { } e ? Word(e) : null), ("state", filter.State is { } s ? Word(s) : null),
            ("from", filter.From?.ToString("u")), ("to", filter.To?.ToString("u")),
        ];
        return $"postbacks with {string.Join(", ", parts.Where(part => part.Value is not null).Select(part => $"{part.Name} {part.Value}"))}";
    }

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        if (await ledger.ClaimJobAsync(Lease, ct) is not { } claim)
            return false;
        for (var job = claim.Job; job.State is JobState.Running;)
        {
            var (next, isLast) = await (job.Kind switch { JobKind.Resend => ResendAsync(job, ct), JobKind.Remap => RemapAsync(job, ct), _ => ReleaseAsync(job, ct) });
            job = isLast ? next with { State = JobState.Done } : next;
            Outgoing[] told = isLast ? [Told(job, time.GetUtcNow())] : [];
            // A stopping service lets another have it at once.
            if (!await ledger.ReportJobAsync(claim, job, ct.IsCancellationRequested ? TimeSpan.Zero : Lease, told, CancellationToken.None))
                break;
            await outbox.SendAsync(told, ct);
            ct.ThrowIfCancellationRequested();
        }
        return true;
    }

    private async Task<(Job Job, bool IsLast)> ResendAsync(Job job, CancellationToken ct)
    {
        var rows = await ledger.ListAsync(job.Filter!, job.After, Page, ct);
        // What it makes itself is newer than all it looks for, unless the store's clock is behind ours.
        var meant = rows.Where(row => row.Postback.ResendOf is not { } original || row.Postback.DeliveryId != StepOf(job, original)).ToArray();
        var results = await Task.WhenAll(meant.Select(row => ResendAsync(job, row, ct)));
        retries.Wake();
        await outbox.SendAsync([.. results.SelectMany(result => result.Told)], ct);
        return (Counted(job, rows.Count is 0 ? job.After : rows[^1].Place, meant.Length, results.Count(result => result.IsDone), results.Count(result => !result.IsDone)), rows.Count < Page);
    }

    private async Task<(bool IsDone, List<Outgoing> Told)> ResendAsync(Job job, DeliveryRow row, CancellationToken ct)
    {
        var (id, told) = (StepOf(job, row.Postback.DeliveryId), new List<Outgoing>());
        // Was it sent again since, by an operator or another job, then that one speaks for it.
        if (row.ResentAs is { } other && other != id)
            return (false, told);
        var resent = await ledger.ResendAsync(row.Postback.DeliveryId, id, job.Recorded, Resends.Told(id, job.Id, job.Reason, time.GetUtcNow(), told), ct, job.DryRun);
        return (resent is Resent.Due, told);
    }

    private async Task<(Job Job, bool IsLast)> RemapAsync(Job job, CancellationToken ct)
    {
        var orders = await ledger.OrdersAsync(job.Campaign!, job.After, Page, ct);
        var results = await Task.WhenAll(orders.Select(order => changes.RemapAsync(job, order, ct)));
        return (Counted(job, orders.Count is 0 ? job.After : orders[^1].Place, orders.Count, results.Count(isDone => isDone), 0), orders.Count < Page);
    }

    /// <summary>A page of what is held in this status since before the operator spoke: what came after is for his next word, or the map's.</summary>
    private async Task<(Job Job, bool IsLast)> ReleaseAsync(Job job, CancellationToken ct)
    {
        var page = await ledger.KeptAsync(KeptFor.StatusMap, time.GetUtcNow() - job.At, Page, ct, job.After);
        // Null: of another campaign.
        var results = await Task.WhenAll(page.Where(kept => Releases.WordOf(job, kept.Message) is not null).Select(async kept =>
            await ledger.FindAsync(kept.About, ct) is [var order] && order.About.Campaign == job.Campaign ? await changes.ReleaseAsync(job, kept, order, ct) : (bool?)null));
        return (Counted(job, page.Count is 0 ? job.After : page[^1].Place, results.Count(result => result is not null), results.Count(result => result is true), 0), page.Count < Page);
    }

    private static Job Counted(Job job, string? after, int looked, int done, int refused) =>
        job with { After = after, Looked = job.Looked + looked, Done = job.Done + done, Refused = job.Refused + refused };

    private static Guid StepOf(Job job, Guid delivery) => StableId.Of($"{job.Id} {delivery}", nameof(ResendAsync));

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
