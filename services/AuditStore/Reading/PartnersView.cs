using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What a partner may see in the audit: messages about its own leads and pushes, without what is between the relay and SalesRender.</summary>
public static class PartnersView
{
    /// <summary>Of its own leads: the members that are shown, beside what a message is about and when it was. What is not named is the operator's affair, or said elsewhere.</summary>
    private static readonly Dictionary<string, string[]> OfLeads = new()
    {
        [nameof(LeadSubmitted)] = ["lead", "bodyHash", "raw", "warnings"],
        [nameof(LeadRefused)] = ["httpStatus", "code", "text", "field", "raw", "phone"],
        [nameof(SubmissionConflicted)] = ["bodyHash", "knownBodyHash"],
        [nameof(OrderCreated)] = [],
        [nameof(OrderRefused)] = ["code", "text"],
        [nameof(OrderInDoubt)] = ["reason"],
        [nameof(LeadDuplicated)] = [],
        [nameof(OrderStatusChanged)] = ["statusId", "statusGroup", "comment", "statusChangedAt", "clock"],
        [nameof(PostbackDue)] = ["postback", "rule"],
        [nameof(PostbackAttempted)] = ["postback", "attempt", "url", "httpStatus", "response", "error", "nextAttemptAt", "durationMs", "verdict"],
        [nameof(PostbackDelivered)] = ["postback", "attempts", "verdict"],
        [nameof(PostbackFailed)] = ["postback", "attempts", "reason"],
        [nameof(PostbackHeld)] = ["statusId", "statusGroup", "reason", "comment", "sequence"],
        [nameof(PostbackSkipped)] = ["event", "label", "target", "reason", "text", "comment", "sequence", "rule"],
    };

    /// <summary>Of statuses it pushed: these name it with leads that may be another's, which it is not told.</summary>
    private static readonly Dictionary<string, string[]> OfPushes = new()
    {
        [nameof(StatusUpdateRequested)] = ["updateId", "label", "statusId", "comment", "raw"],
        [nameof(StatusUpdateRefused)] = ["raw", "code", "text"],
        [nameof(OrderStatusUpdated)] = [],
    };

    /// <summary>What is shown of a member that has members itself.</summary>
    private static readonly Dictionary<string, string[]> OfParts = new()
    {
        ["about"] = ["leadId", "orderId", "campaign", "partner", "clickId"],
        ["lead"] = ["fields", "params", "cart"],
        ["cart"] = ["itemId", "variation", "quantity", "price"],
        ["raw"] = ["method", "contentType", "body", "base64", "query"],
        ["postback"] = ["deliveryId", "causeId", "target", "event", "label", "sequence", "payout", "currency", "comment", "changedAt", "resendOf"],
    };

    /// <summary>Parts whose members the partner itself named.</summary>
    private static readonly string[] Whole = ["fields", "params"];

    /// <summary>A partner's query finds what it may see, and nothing else.</summary>
    public static AuditQuery Narrow(AuditQuery query)
    {
        var visible = query is { LeadIds.Count: 0, ClickId: null, PhoneHash: null, Comment: null } ? OfLeads.Keys.Concat(OfPushes.Keys) : OfLeads.Keys;
        string[] kinds = [.. query.Kinds.Count is 0 ? visible : visible.Intersect(query.Kinds)];
        // Without any, all would be found; and a connection's name is not for partners, not even to be guessed.
        return query with { Kinds = kinds is [] || query.Connection is not null ? ["none"] : kinds };
    }

    /// <summary>Whether a partner may see an entry of a timeline that is its own lead's.</summary>
    public static bool Shows(AuditEntry entry, string partner) => OfLeads.ContainsKey(entry.Kind) && entry.About.Partner == partner;

    /// <summary>A message as its partner sees it.</summary>
    /// <param name="json">Masked already.</param>
    public static JsonElement Of(string kind, string json)
    {
        var message = JsonNode.Parse(json)!.AsObject();
        var isPush = OfPushes.TryGetValue(kind, out var shown);
        Keep(message, [.. shown ?? OfLeads[kind], "about", "at"]);
        if (isPush)
            Keep(message["about"], ["orderId", "campaign", "partner"]);
        // What an operator says of a cancellation is not for the partner.
        if (kind is nameof(PostbackSkipped) && (string?)message["reason"] is "cancelled")
            message["text"] = "The operator cancelled it.";
        return JsonSerializer.SerializeToElement(message);
    }

    /// <summary>The same of what a message is about.</summary>
    public static Subject Of(string kind, Subject about) => OfPushes.ContainsKey(kind)
        ? about with { Connection = null, LeadId = null, ClickId = null }
        : about with { Connection = null };

    /// <summary>Drops every member but these, and of their own what is not shown either.</summary>
    private static void Keep(JsonNode? part, string[] shown)
    {
        if (part is JsonArray items)
        {
            foreach (var item in items)
                Keep(item, shown);
        }
        if (part is not JsonObject members)
            return;
        foreach (var name in members.Select(member => member.Key).Except(shown).ToList())
            members.Remove(name);
        foreach (var (name, inner) in members.Where(member => !Whole.Contains(member.Key)))
            Keep(inner, OfParts.GetValueOrDefault(name) ?? []);
    }
}
