using System.Globalization;
using System.Text;
using System.Text.Json;
using LeadRelay.Bus;
using RabbitMQ.Client;

namespace LeadRelay.Relayctl;

/// <summary>What can be told of a message that waits for a person.</summary>
/// <param name="Id">As <c>--message</c> names it; empty if it has none.</param>
/// <param name="From">The queue that it is to go back to; null when the message does not say so.</param>
/// <param name="At">When it was set aside.</param>
/// <param name="Reason">Why, without numbers and addresses in it.</param>
public sealed record QueuedMessage(string Id, string? From, DateTimeOffset? At, string Kind, string LeadId, string Reason)
{
    /// <summary>Headers that tell of a failure and not of the message; one that is put back has them no more.</summary>
    private static readonly string[] OfFailures = ["x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count", "MT-Fault-", "MT-Host-", "MT-Reason"];

    /// <param name="queue">In which it is.</param>
    public static QueuedMessage Of(string queue, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        var headers = properties.Headers ?? new Dictionary<string, object?>();
        var death = (headers.TryGetValue("x-death", out var deaths) ? deaths as IEnumerable<object> : null)?.FirstOrDefault() as IDictionary<string, object?>;
        var from = queue is Topology.DeadLetters ? Text(death, "queue") : queue[..queue.LastIndexOf('_')];
        var (id, kind, leadId) = Envelope(body);
        return new(
            properties.MessageId ?? id,
            from is not null && Topology.Endpoints.Contains(from) ? from : null,
            death?.TryGetValue("time", out var time) is true && time is AmqpTimestamp seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds.UnixTime)
                : DateTimeOffset.TryParse(Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var faulted) ? faulted
                : null,
            kind,
            leadId,
            PersonalData.MaskText(Why(headers, Text(death, "reason"))));
    }

    /// <summary>The message's properties as they were before it failed.</summary>
    public static BasicProperties Cleaned(IReadOnlyBasicProperties properties) => new(properties)
    {
        Headers = properties.Headers?.Where(header => !OfFailures.Any(name => header.Key.StartsWith(name, StringComparison.Ordinal))).ToDictionary(),
        Persistent = true,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Or(Id, "(no id)")}  {Or($"{At:yyyy-MM-ddTHH:mm:ssZ}", "(no time)")}  {Kind}  lead {Or(LeadId, "unknown")}  from {From ?? "unknown"}: {Reason}");

    private static string Why(IDictionary<string, object?> headers, string? death) => (Text(headers, "MT-Fault-ExceptionType"), Text(headers, "MT-Reason"), death) switch
    {
        ({ } type, _, _) => $"{type}: {Text(headers, "MT-Fault-Message")}",
        (_, "dead-letter", _) => "no consumer knows this kind of message",
        (_, _, "delivery_limit") => "it was delivered too often and never acknowledged: whoever had it in hand was killed or lost the broker",
        var (_, reason, left) => Or(left ?? reason ?? "", "unknown"),
    };

    /// <summary>Of MassTransit's envelope; a message may be anything.</summary>
    private static (string Id, string Kind, string LeadId) Envelope(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            var envelope = JsonElement.ParseValue(ref reader);
            return (Member(envelope, "messageId"), envelope.GetProperty("messageType")[0].GetString()!.Split(':')[^1],
                envelope.GetProperty("message").TryGetProperty("about", out var about) ? Member(about, "leadId") : "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or NullReferenceException)
        {
            return ("", "unreadable", "");
        }
    }

    private static string Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static string? Text(IDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), null => null, _ => $"{value}" } : null;

    private static string Or(string text, string other) => text is "" ? other : text;
}
