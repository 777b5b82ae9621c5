namespace LeadRelay.Contracts;

/// <summary>
/// Intake asks the audit what is known of a partner's leads: those with one of these ids, and no others. A question, not a
/// record: it expires and is not audited.
/// </summary>
/// <param name="Partner">Whose leads; those of others are not found.</param>
/// <param name="Campaign">Of the order ids, which are unique within a campaign only; absent without any.</param>
public sealed record LeadViewsRequested(
    string Partner,
    IReadOnlyList<Guid> LeadIds,
    IReadOnlyList<string> ClickIds,
    string? Campaign,
    IReadOnlyList<string> OrderIds);
