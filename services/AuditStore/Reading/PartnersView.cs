using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What a partner may see in the audit: messages about its own leads and pushes, without what is between the relay and SalesRender.</summary>
public static class PartnersView
{
    /// <summary>Of its own leads.</summary>
    private static readonly string[] OfLeads =
    [
        nameof(LeadSubmitted), nameof(LeadRefused), nameof(SubmissionConflicted), nameof(OrderCreated), nameof(OrderRefused), nameof(OrderInDoubt), nameof(LeadDuplicated),
        nameof(OrderStatusChanged), nameof(PostbackDue), nameof(PostbackAttempted), nameof(PostbackDelivered), nameof(PostbackFailed), nameof(PostbackHeld), nameof(PostbackSkipped),
    ];

    /// <summary>Of statuses it pushed: these name it with leads that may be another's, which it is not told.</summary>
    private static readonly string[] OfPushes = [nameof(StatusUpdateRequested), nameof(StatusUpdateRefused), nameof(OrderStatusUpdated)];

    /// <summary>Members that are the operator's affair, or said elsewhere.</summary>
    private static readonly HashSet<string> Hidden =
        ["exchange", "submission", "request", "cause", "connection", "reward", "webmasterId", "offerId", "findings", "evidence", "sent", "firstLeadId"];

    /// <summary>A partner's query finds what it may see, and nothing else.</summary>
    public static AuditQuery Narrow(AuditQuery query)
    {
        var visible = query is { LeadIds.Count: 0, ClickId: null, PhoneHash: null, Comment: null } ? OfLeads.Concat(OfPushes) : OfLeads;
        string[] kinds = [.. query.Kinds.Count is 0 ? visible : visible.Intersect(query.Kinds)];
        // Without any, all would be found; and a connection's name is not for partners, not even to be guessed.
        return query with { Kinds = kinds is [] || query.Connection is not null ? ["none"] : kinds };
    }

    /// <summary>Whether a partner may see an entry of a timeline that is its own lead's.</summary>
    public static bool Shows(AuditEntry entry, string partner) => OfLeads.Contains(entry.Kind) && entry.About.Partner == partner;

    /// <summary>A message as its partner sees it.</summary>
    /// <param name="json">Masked already.</param>
    public static JsonElement Of(string kind, string json)
    {
        var message = JsonNode.Parse(json)!.AsObject();
        Hide(message);
        if (kind is nameof(OrderStatusChanged))
            message.Remove("raw");
        if (OfPushes.Contains(kind) && message["about"] is JsonObject about)
        {
            about.Remove("leadId");
            about.Remove("clickId");
        }
        // What an operator says of a cancellation is not for the partner.
        if (kind is nameof(PostbackSkipped) && (string?)message["reason"] is "cancelled")
            message["text"] = "The operator cancelled it.";
        return JsonSerializer.SerializeToElement(message);
    }

    /// <summary>The same of what a message is about.</summary>
    public static Subject Of(string kind, Subject about) => OfPushes.Contains(kind)
        ? about with { Connection = null, LeadId = null, ClickId = null }
        : about with { Connection = null };

    private static void Hide(JsonObject message)
    {
        foreach (var name in message.Select(member => member.Key).Where(Hidden.Contains).ToList())
            message.Remove(name);
        foreach (var inner in message.Select(member => member.Value).OfType<JsonObject>())
            Hide(inner);
    }
}
