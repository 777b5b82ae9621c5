namespace LeadRelay.Contracts;

/// <summary>Intake asks the audit what is known of a lead. A question, not a record: it expires and is not audited.</summary>
public sealed record LeadViewRequested(Guid LeadId);
