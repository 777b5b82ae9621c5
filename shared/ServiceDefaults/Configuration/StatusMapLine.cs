using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>The line of a campaign's <c>status_map</c> that gives a status its meaning, as it stands in the file.</summary>
public static class StatusMapLine
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line, without a comma behind it: in the short form where the label brings just this event along.</summary>
    /// <param name="key">As <see cref="StatusMap.KeyOf"/> has it.</param>
    public static string Of(string key, string label, StatusEvent statusEvent) => MappedStatus.DefaultEvent(label) == statusEvent
        ? $"{Json(key)}: {Json(label)}"
        : $"{Json(key)}: {{ \"label\": {Json(label)}, \"event\": {Json(JsonNamingPolicy.SnakeCaseLower.ConvertName(statusEvent.ToString()))} }}";

    /// <summary>The line that is deliberately silent about a status.</summary>
    public static string Silent(string key) => $"{Json(key)}: \"ignore\"";

    private static string Json(string text) => JsonSerializer.Serialize(text, Plain);
}
