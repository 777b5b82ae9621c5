using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary><c>view=messages</c>: a row for each message.</summary>
public static class MessageRows
{
    public static readonly IReadOnlyList<string> Columns =
        ["at", "kind", "message_id", "lead_id", "connection", "order_id", "campaign", "partner", "click_id", "correlation", "message"];

    /// <summary>As its reader may see it.</summary>
    public static Cell[] Of(AuditEntry entry, Reader reader, bool personal)
    {
        var json = personal ? entry.Message : PersonalData.Mask(entry.Message);
        var about = reader.IsOperator ? entry.About : PartnersView.Of(entry.Kind, entry.About);
        return
        [
            Cell.Own(entry.At), Cell.Own(entry.Kind), Cell.Own(entry.MessageId), Cell.Own(about.LeadId), Cell.Text(about.Connection), Cell.Text(about.OrderId), Cell.Text(about.Campaign),
            Cell.Text(about.Partner), Cell.Text(about.ClickId), Cell.Own(reader.IsOperator ? entry.Correlation : null),
            Cell.Json(reader.IsOperator ? OneLine.Of(json) : PartnersView.Of(entry.Kind, json).GetRawText()),
        ];
    }
}
