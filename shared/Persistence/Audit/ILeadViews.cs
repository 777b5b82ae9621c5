namespace LeadRelay.Persistence.Audit;

/// <summary>One record per lead: what became of it, so that nobody has to read its messages to know. It is also what statistics are made of.</summary>
public interface ILeadViews
{
    Task<IReadOnlyList<StoredView>> OfLeadsAsync(IReadOnlyCollection<Guid> leadIds, CancellationToken ct);

    /// <summary>Of an order there may be several: those of leads that share it.</summary>
    Task<IReadOnlyList<StoredView>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct);

    /// <summary>Writes views, each if nobody has changed it since it was read, and returns the leads of which somebody has: read those again.</summary>
    Task<IReadOnlyList<Guid>> WriteAsync(IReadOnlyList<StoredView> views, CancellationToken ct);

    /// <summary>A partner's own leads among those looked for, newest first; refused submissions, which are no leads, are not among them.</summary>
    Task<IReadOnlyList<StoredView>> FindAsync(LeadSearch search, CancellationToken ct);

    /// <summary>How many leads of a campaign and day came to the same end, for each end there is. What names no campaign is none of theirs.</summary>
    Task<IReadOnlyList<LeadCount>> CountAsync(CountQuery query, CancellationToken ct);

    /// <summary>Views of leads that were first heard of before a time and still have details, the oldest first.</summary>
    Task<IReadOnlyList<StoredView>> DetailedAsync(DateTimeOffset before, int atMost, CancellationToken ct);
}

/// <summary>A lead's record.</summary>
/// <param name="LeadId">Of a submission refused at the door, which has none: its message's id.</param>
/// <param name="Version">Grows with each change; 0 means not stored yet.</param>
/// <param name="At">When it was submitted; until that is known, when it was first heard of.</param>
/// <param name="About">Partner and campaign of the submission, click id, connection and order.</param>
/// <param name="End">What it has come to so far.</param>
/// <param name="Delivered">How many postbacks were delivered.</param>
/// <param name="Failed">How many failed for good.</param>
/// <param name="Facts">What AuditStore puts together, JSON; <see cref="NoDetails"/> when it is kept for statistics alone.</param>
/// <param name="Forgotten">Its person was forgotten: what comes later about it is erased, too.</param>
public sealed record StoredView(Guid LeadId, long Version, DateTimeOffset At, Subject About, LeadEnd End, int Delivered, int Failed, string Facts, bool Forgotten = false)
{
    public const string NoDetails = "{}";
}

/// <summary>What a lead has come to.</summary>
/// <param name="State"><c>queued</c>, <c>created</c>, <c>duplicate</c>, <c>refused</c>, <c>in_doubt</c>; <c>rejected</c>: refused at the door.</param>
/// <param name="Code">Why it was refused.</param>
/// <param name="Label">Of the latest status.</param>
public sealed record LeadEnd(string State, string? Code = null, string? Label = null, StatusEvent? Event = null)
{
    public const string Rejected = "rejected";
}

/// <summary>Leads to look for: those with any one of these ids.</summary>
/// <param name="Campaign">Of the order ids.</param>
/// <param name="Limit">How many leads at most.</param>
public sealed record LeadSearch(
    string Partner,
    IReadOnlyCollection<Guid> LeadIds,
    IReadOnlyCollection<string> ClickIds,
    string? Campaign,
    IReadOnlyCollection<string> OrderIds,
    int Limit);

/// <summary>Whose leads to count; what is null does not matter.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record CountQuery(string? Campaign, string? Partner, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Leads of one campaign, submitted on one day (UTC), that came to the same end.</summary>
/// <param name="Delivered">Postbacks of theirs that were delivered.</param>
/// <param name="Failed">Postbacks of theirs that failed for good.</param>
public sealed record LeadCount(string Campaign, DateOnly Day, LeadEnd End, long Leads, long Delivered, long Failed);
