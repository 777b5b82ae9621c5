namespace LeadRelay.Contracts;

/// <summary>Answers <see cref="LeadViewsRequested"/>.</summary>
/// <param name="Leads">Newest first, at most 1,000.</param>
/// <param name="More">Whether there are further ones, which were left out.</param>
public sealed record LeadViewsFound(IReadOnlyList<LeadView> Leads, bool More);
