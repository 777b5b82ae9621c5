namespace LeadRelay.Contracts;

/// <summary>A status change is to be told to a tracker: the delivery is in the ledger.</summary>
/// <param name="Cause">The webhook that is passed on; absent for an order's creation.</param>
/// <param name="Rule">What decided it: the entry of the campaign's map, as <c>3</c> or <c>group:APPROVED</c>; <c>operator</c> where he released a status that the map lacks; absent for an order's creation in a status that the map lacks.</param>
public sealed record PostbackDue(Subject About, Postback Postback, OrderStatusChanged? Cause, string? Rule, DateTimeOffset At) : IAudited;
