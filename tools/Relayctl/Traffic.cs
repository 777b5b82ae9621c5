namespace LeadRelay.Relayctl;

/// <summary>The macro that each tracker replaces by its click id in a traffic link.</summary>
/// <param name="Note">Empty where the tracker's own documentation, or the guide the relay was built from, says so.</param>
internal sealed record Traffic(string Tracker, string Macro, string Note = "")
{
    private const string Unconfirmed = "not confirmed by its documentation: look in its panel";

    public static readonly IReadOnlyList<Traffic> Macros =
    [
        // The guide for AlterCPA TOP and Keitaro; it, too, says to look into the panel, under Integrations, S2S postback.
        new("Keitaro", "{subid}"),
        // https://doc.voluum.com/en/tracking_conversions_postback.html
        new("Voluum", "{clickid}"),
        // Custom in these two; what is documented is only the other way, the postback's parameters cnv_id and clickid.
        new("Binom", "{clickid}", Unconfirmed),
        new("RedTrack", "{clickid}", Unconfirmed),
    ];
}
