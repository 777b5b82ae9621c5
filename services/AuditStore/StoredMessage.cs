using System.Text.Json;
using LeadRelay.Persistence.Audit;
using MassTransit.Serialization;

namespace LeadRelay.AuditStore;

/// <summary>Reads messages back out of their envelopes.</summary>
public static class StoredMessage
{
    /// <summary>The message as it was sent.</summary>
    public static JsonElement Json(AuditEntry entry)
    {
        using var envelope = JsonDocument.Parse(entry.Envelope);
        return envelope.RootElement.GetProperty("message").Clone();
    }

    /// <summary>The message as its contract; null when this version has no such contract.</summary>
    public static IAudited? Read(AuditEntry entry) =>
        typeof(IAudited).Assembly.GetType($"{typeof(IAudited).Namespace}.{entry.Kind}") is { } type
            ? Json(entry).Deserialize(type, SystemTextJsonMessageSerializer.Options) as IAudited
            : null;
}
