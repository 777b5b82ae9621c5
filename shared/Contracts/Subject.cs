namespace LeadRelay.Contracts;

/// <summary>
/// What a message is about, as far as its sender knows. Every message has one, so that the audit finds it by any id.
/// </summary>
/// <param name="LeadId">The relay's own id of the lead, the same for every repeat of one submission.</param>
/// <param name="Connection">Name of the connection (one SalesRender company) in the configuration.</param>
/// <param name="OrderId">SalesRender's order id; unique within a connection only.</param>
/// <param name="Campaign">The campaign's alias.</param>
/// <param name="Partner">Name of the partner in the configuration.</param>
/// <param name="ClickId">The tracker's click id as the partner sent it; absent when none, or only a literal macro, came.</param>
public sealed record Subject(
    Guid? LeadId = null,
    string? Connection = null,
    string? OrderId = null,
    string? Campaign = null,
    string? Partner = null,
    string? ClickId = null);
