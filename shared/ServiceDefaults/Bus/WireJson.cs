using System.Text.Json;
using MassTransit.Serialization;

namespace LeadRelay.Bus;

/// <summary>How messages are written and read.</summary>
public static class WireJson
{
    /// <summary>
    /// MassTransit's own, without the line breaks and blanks: these are a sixth of a message, in the broker and in the audit, and of the
    /// work to read it. What is written with them is read as well.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = new(SystemTextJsonMessageSerializer.Options) { WriteIndented = false, ReadCommentHandling = JsonCommentHandling.Disallow };
}
