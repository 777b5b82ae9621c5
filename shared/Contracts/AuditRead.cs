namespace LeadRelay.Contracts;

/// <summary>Somebody read personal data in the audit, exported from it, or had somebody forgotten. On record before it is done.</summary>
/// <param name="Reader"><c>operator</c>, or the partner's name.</param>
/// <param name="Address">From where.</param>
/// <param name="What"><c>timeline</c>, <c>search</c>, <c>export</c> or <c>forget</c>.</param>
/// <param name="Filter">What was asked for, as a query string; a phone number in it only as its HMAC.</param>
/// <param name="Personal">Whether personal data was in clear.</param>
/// <param name="Rows">Of an export that has ended: how many rows it gave out. Null when it begins.</param>
public sealed record AuditRead(Subject About, string Reader, string? Address, string What, string Filter, bool Personal, long? Rows, DateTimeOffset At) : IAudited;
