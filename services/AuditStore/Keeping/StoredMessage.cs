using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>A message as it is stored, and as its contract where this version has that.</summary>
public sealed record StoredMessage(AuditEntry Entry, IAudited? Message)
{
    private static readonly FrozenDictionary<string, Type> Contracts =
        typeof(IAudited).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IAudited))).ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>All kinds that this version knows.</summary>
    public static readonly IReadOnlyList<string> Kinds = [.. Contracts.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A message as it arrives.</summary>
    public static StoredMessage Of(ConsumeContext<IAudited> context, PhoneHashes phones)
    {
        // The contract's name: first of the message's types, urn:message:NAMESPACE:NAME.
        var kind = context.SupportedMessageTypes.First()[("urn:message:".Length + typeof(IAudited).Namespace!.Length + 1)..];
        var json = MessageIn(context.ReceiveContext.Body.GetBytes());
        var message = Read(kind, json);
        return new StoredMessage(new AuditEntry(context.MessageId!.Value, kind, (message ?? context.Message).At, (message ?? context.Message).About ?? new Subject(),
            (context.CorrelationId ?? context.ConversationId)?.ToString(), phones.Of(message is null ? null : Phone(message)), message is null ? null : Comment(message), Encoding.UTF8.GetString(json)), message);
    }

    public static StoredMessage Of(AuditEntry entry) => new(entry, Read(entry.Kind, Encoding.UTF8.GetBytes(entry.Message)));

    /// <summary>The message as it is written in its envelope.</summary>
    private static ReadOnlySpan<byte> MessageIn(ReadOnlySpan<byte> envelope)
    {
        var reader = new Utf8JsonReader(envelope);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals("message"u8);
            reader.Read();
            var begin = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt)
                return envelope[begin..(int)reader.BytesConsumed];
        }
        throw new JsonException("The envelope has no message.");
    }

    /// <summary>Null when this version has no such contract, or the message lacks what the contract demands: it is stored, and not looked into.</summary>
    private static IAudited? Read(string kind, ReadOnlySpan<byte> json)
    {
        try
        {
            return Contracts.TryGetValue(kind, out var type) ? JsonSerializer.Deserialize(json, type, Strict) as IAudited : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static readonly JsonSerializerOptions Strict = new(WireJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private static string? Phone(IAudited message) => message switch
    {
        LeadRefused refused => refused.Phone,
        LeadSubmitted submitted => submitted.Lead.Fields.GetValueOrDefault("phone"),
        OrderCreated created => Phone(created.Submission),
        OrderRefused refused => Phone(refused.Submission),
        OrderInDoubt doubt => Phone(doubt.Submission),
        LeadDuplicated duplicate => Phone(duplicate.Submission),
        _ => null,
    };

    private static string? Comment(IAudited message) => message switch
    {
        LeadSubmitted submitted => submitted.Lead.Fields.GetValueOrDefault("comment"),
        OrderStatusChanged changed => changed.Comment,
        StatusUpdateRequested requested => requested.Comment,
        PostbackHeld held => held.Comment,
        PostbackSkipped skipped => skipped.Comment,
        PostbackDue due => due.Postback.Comment,
        _ => null,
    };
}
