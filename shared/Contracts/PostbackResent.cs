namespace LeadRelay.Contracts;

/// <summary>An operator has a postback sent again, or at once instead of when its next attempt is due.</summary>
/// <param name="Postback">The delivery to be made now.</param>
/// <param name="Recorded">Whether the request is repeated as it was sent; else it is rendered from today's configuration.</param>
/// <param name="JobId">The filtered resend it belongs to; absent for a single one.</param>
/// <param name="Reason">What the operator says of it.</param>
public sealed record PostbackResent(Subject About, Postback Postback, bool Recorded, Guid? JobId, string? Reason, DateTimeOffset At) : IAudited;
