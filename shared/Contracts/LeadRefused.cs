namespace LeadRelay.Contracts;

/// <summary>An authenticated caller's request to Intake was refused; nothing was created.</summary>
/// <param name="Code">Stable code, the same as in the HTTP answer.</param>
/// <param name="Field">The field at fault, if one is.</param>
/// <param name="Phone">The phone (E.164) where it could be read: by it the audit finds a person's refusals.</param>
public sealed record LeadRefused(
    Subject About,
    int HttpStatus,
    string Code,
    string Text,
    string? Field,
    RawPayload Raw,
    DateTimeOffset At,
    string? Phone = null) : IAudited;
