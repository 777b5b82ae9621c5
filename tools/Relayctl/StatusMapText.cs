using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>A <c>status_map</c> to paste into a campaign, proposed from a company's statuses.</summary>
public static class StatusMapText
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The groups that mean the same to every partner. What a shipment, a delivery or a refund is to one is agreed with
    /// him, and money hangs on it, so nothing is proposed for those.
    /// </summary>
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["PROCESSING"] = "wait", ["APPROVED"] = "accepted", ["CANCELED"] = "rejected", ["SPAM"] = "trash", ["DOUBLE"] = "trash",
    };

    public static string Of(IReadOnlyList<CrmStatus> statuses)
    {
        var (archived, active) = (statuses.Where(status => status.Archived).ToList(), statuses.Where(status => !status.Archived).ToList());
        var undecided = active.Where(status => !Labels.ContainsKey(status.Group)).ToList();
        var text = new StringBuilder("""
            // Proposed from the groups of the company's statuses; read each line before you trust it. A PROCESSING status that
            // promises something, as a callback does, may better be "hold". An advertiser who pushes a label gets the first id that has it.

            """);
        if (undecided.Count > 0)
            text.Append($"// LOOK: {undecided.Count} {(undecided.Count is 1 ? "line is" : "lines are")} for you to decide: put wait, hold, approve, cancel or trash in the place of EVENT, and remove\n// the slashes in front. Until then such changes are held and shown.\n");
        if (archived.Count > 0)
            text.Append($"// Left out because they are archived: {string.Join(", ", archived)}.\n");
        text.Append("\"status_map\": {\n");
        foreach (var status in active)
        {
            text.Append(Labels.TryGetValue(status.Group, out var label)
                ? $"  {Json(status.Id)}: {Json(label)}, // {status.Name} ({status.Group})\n"
                : $"  // {Json(status.Id)}: {{ \"label\": {Json(status.Name)}, \"event\": \"EVENT\" }}, // LOOK: {status.Name} ({status.Group})\n");
        }
        return text.Append('}').ToString();
    }

    private static string Json(string text) => JsonSerializer.Serialize(text, Plain);
}
