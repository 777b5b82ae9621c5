using System.Globalization;
using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>
/// How long messages are kept: <c>Retention__KIND</c> in days, <c>Retention__Default</c> for the kinds that are not named;
/// without either, for ever. <c>Retention__LeadView</c> is for the details of leads' records; their statistics stay.
/// </summary>
public sealed record RetentionTimes(IReadOnlyDictionary<string, TimeSpan> OfKinds)
{
    public const string LeadView = "LeadView";

    private const string Default = "Default";

    private const int MostDays = 36500;

    /// <exception cref="InvalidOperationException">A kind that there is not, or no number of days; all of them are told.</exception>
    public static RetentionTimes Of(IConfiguration settings)
    {
        string[] kinds = [.. StoredMessage.Kinds, LeadView];
        List<string> faults = [];
        Dictionary<string, TimeSpan> given = new(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in settings.GetSection("Retention").GetChildren())
        {
            if (!kinds.Append(Default).Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                faults.Add($"Retention__{setting.Key}: there is no such kind of message.");
            else if (!int.TryParse(setting.Value, CultureInfo.InvariantCulture, out var days) || days is < 1 or > MostDays)
                faults.Add($"Retention__{setting.Key} must be a number of days, 1 to {MostDays}, not \"{setting.Value}\".");
            else
                given[setting.Key] = TimeSpan.FromDays(days);
        }
        if (faults.Count > 0)
            throw new InvalidOperationException(string.Join(' ', faults));
        TimeSpan? all = given.TryGetValue(Default, out var time) ? time : null;
        return new RetentionTimes(kinds.Select(kind => (kind, Time: given.TryGetValue(kind, out var own) ? own : all)).Where(kind => kind.Time is not null)
            .ToDictionary(kind => kind.kind, kind => kind.Time!.Value));
    }
}

/// <summary>Deletes what has been kept long enough, a little at a time, and tells of it.</summary>
public sealed class Retention(RetentionTimes times, IAuditLog audit, ILeadViews views, IBus bus, TimeProvider time, ILogger<Retention> logger) : Chore(TimeSpan.FromHours(1), logger)
{
    private const int AtOnce = 1000;

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        foreach (var (kind, age) in times.OfKinds)
        {
            var (before, count) = (time.GetUtcNow() - age, 0L);
            for (var deleted = AtOnce; deleted is AtOnce; count += deleted)
                deleted = kind is RetentionTimes.LeadView ? await DropDetailsAsync(before, ct) : await audit.PurgeAsync(kind, before, AtOnce, ct);
            if (count > 0)
                await bus.PublishConfirmedAsync(new MessagesPurged(new Subject(), kind, before, count, time.GetUtcNow()), Guid.CreateVersion7(), time, ct);
        }
        return false;
    }

    private async Task<int> DropDetailsAsync(DateTimeOffset before, CancellationToken ct)
    {
        var old = await views.DetailedAsync(before, AtOnce, ct);
        await views.WriteAsync([.. old.Select(view => view with { About = view.About with { ClickId = null, OrderId = null }, Facts = StoredView.NoDetails })], ct);
        return old.Count;
    }
}
