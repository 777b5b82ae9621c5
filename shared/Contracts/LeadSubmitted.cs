namespace LeadRelay.Contracts;

/// <summary>A partner submitted a lead that is complete enough to become an order. CrmWriter acts on it.</summary>
/// <param name="BodyHash">SHA-256 (hex) of partner, campaign and the parsed body without credentials: tells a repeat from another body under the same key.</param>
/// <param name="Warnings">What was accepted but will surprise someone later, in sentences.</param>
public sealed record LeadSubmitted(
    Subject About,
    Lead Lead,
    string BodyHash,
    RawPayload Raw,
    IReadOnlyList<string> Warnings,
    DateTimeOffset At) : IAudited;
