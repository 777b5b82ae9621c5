using System.Globalization;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What the macros of a template stand for in one delivery.</summary>
public static class MacroValues
{
    /// <summary>Among an order's tracking: what came instead of a click id, where that was a macro that nobody had filled in.</summary>
    public const string ClickIdMacro = "click_id_macro";

    /// <param name="macro">Its canonical name, without <c>raw:</c>.</param>
    public static string? Of(Delivery delivery, PostbackTemplate template, string macro)
    {
        var (about, postback) = (delivery.About, delivery.Postback);
        return macro switch
        {
            "click_id" => about.ClickId,
            "status" => template.Word ?? postback.Label,
            "event" => postback.Event.ToString().ToLowerInvariant(),
            "payout" => postback.Payout?.ToString(CultureInfo.InvariantCulture),
            "currency" => postback.Currency,
            "tid" => template.Tid(about.OrderId, postback.Event),
            "order_id" => about.OrderId,
            "lead_id" => about.LeadId?.ToString(),
            "comment" => postback.Comment,
            "campaign" => about.Campaign,
            "timestamp" => postback.ChangedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            _ when Macros.IsMapping(macro) => Macros.WordFor(macro, postback.Event),
            _ => delivery.Tracking.GetValueOrDefault(macro),
        };
    }
}
