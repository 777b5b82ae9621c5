namespace LeadRelay.Configuration;

/// <summary>What will likely go wrong with postbacks that can be loaded and sent.</summary>
/// <param name="File">Where they stand, as <c>campaigns/demo.json</c>.</param>
/// <param name="Events">That they are for.</param>
/// <param name="Target">The tracker's scheme, host and port.</param>
/// <param name="Code">
/// <c>no_click_id</c>, <c>empty_status</c>, <c>unknown_status_word</c>, <c>changing_transaction_id</c>, <c>dropped_event</c>, <c>payout_without_money</c>,
/// <c>required_first_missing</c>, <c>unnamed_tracker</c>, <c>literal_credential</c>, <c>private_address</c>, <c>blocked_port</c>, <c>plain_http</c>, <c>foreign_macro</c>.
/// </param>
/// <param name="Why">A sentence that says what to do. No secret is in it.</param>
public sealed record PostbackFinding(string File, IReadOnlyList<StatusEvent> Events, string Target, string Code, string Why)
{
    public override string ToString() => $"{File}: {string.Join(", ", Events).ToLowerInvariant()} to {Target}: {Why} [{Code}]";
}
