using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>A delivery as operators see it.</summary>
/// <param name="Attempts">Begun so far.</param>
/// <param name="NextAttemptAt">While it waits.</param>
/// <param name="Since">When it was decided.</param>
/// <param name="ResendOf">The delivery that it repeats.</param>
/// <param name="ResentAs">The newest one that says the same once more.</param>
/// <param name="Superseded">It cannot be sent again: its tracker was promised something newer of the order since.</param>
/// <param name="Waits">What it waits for, in words; absent once it has ended.</param>
public sealed record DeliveryView(
    Guid DeliveryId, string? Campaign, string? Partner, string? OrderId, Guid? LeadId, string? ClickId, string Target, StatusEvent Event, string Label, decimal? Payout,
    DeliveryState State, int Attempts, DateTimeOffset? NextAttemptAt, DateTimeOffset Since, Guid? ResendOf, Guid? ResentAs, bool Superseded, string? Waits)
{
    public static DeliveryView Of(DeliveryRow row, Hosts hosts)
    {
        var (about, postback) = (row.About, row.Postback);
        return new DeliveryView(postback.DeliveryId, about.Campaign, about.Partner, about.OrderId, about.LeadId, about.ClickId, postback.Target, postback.Event, postback.Label, postback.Payout,
            row.State, row.Attempts, row.DueAt, row.Since, postback.ResendOf, row.ResentAs, row.IsSuperseded, Waiting(row, hosts.PausedUntil(postback.Target)));
    }

    /// <summary>That a host is left alone, in words; null when it is not.</summary>
    public static string? Pause(string target, DateTimeOffset? until) =>
        until is null ? null : $"{target} has failed again and again and is left alone until {until:HH:mm:ss} UTC; then one call tries it.";

    private static string? Waiting(DeliveryRow row, DateTimeOffset? pausedUntil) => row.State switch
    {
        DeliveryState.Claimed => "An attempt is under way.",
        DeliveryState.Behind => "An older postback of the same order goes to the same tracker first.",
        DeliveryState.Waiting => Pause(row.Postback.Target, pausedUntil) ?? (row.Attempts is 0 ? "For its first attempt." : "For its next attempt."),
        _ => null,
    };
}
