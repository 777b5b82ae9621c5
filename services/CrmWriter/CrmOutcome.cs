using System.Text.Json;

namespace LeadRelay.CrmWriter;

/// <summary>What a call to SalesRender means. The table is in <see cref="Of"/>.</summary>
public abstract record CrmOutcome
{
    private CrmOutcome()
    {
    }

    /// <summary>SalesRender did it.</summary>
    public sealed record Done(string OrderId) : CrmOutcome;

    /// <summary>SalesRender showed the order; nothing is given when it has no such order.</summary>
    public sealed record Read(string? StatusId, string? StatusGroup, Reward? Reward) : CrmOutcome;

    /// <summary>A page of the newest orders.</summary>
    /// <param name="OrderId">The order that was looked for; null when it is not on this page.</param>
    /// <param name="IsLast">Whether the next page need not be read.</param>
    public sealed record Page(string? OrderId, bool IsLast) : CrmOutcome;

    /// <summary>SalesRender said no, and will say no again.</summary>
    public sealed record Refused(string Code, string Text) : CrmOutcome;

    /// <summary>Provably nothing happened, so it can be sent again.</summary>
    public sealed record NothingSent(string Reason, TimeSpan? RetryAfter) : CrmOutcome
    {
        /// <summary>It was not even reached.</summary>
        public bool IsDown { get; init; }

        /// <summary>It does not know the token.</summary>
        public bool BadCredentials { get; init; }
    }

    /// <summary>It may or may not have happened.</summary>
    public sealed record InDoubt(string Reason) : CrmOutcome;

    /// <summary>Judges a call by status, body, and whether the request had begun to leave.</summary>
    /// <param name="idPath">Where the order's id stands in the answer, dotted.</param>
    public static CrmOutcome Of(CrmCall call, string idPath) => Of(call, root => IdAt(root, idPath) is { } id ? new Done(id) : null);

    /// <summary>Judges a call of <see cref="Documents.FindOrder"/>.</summary>
    public static CrmOutcome OfRead(CrmCall call) => Of(call, root => ErrorOf(root) ?? OrderIn(root));

    /// <summary>Judges a call of <see cref="Documents.NewestOrders"/>. An answer with errors may lack what would show the order: it proves no absence.</summary>
    public static CrmOutcome OfLookUp(CrmCall call, Guid leadId, DateTimeOffset submitted) => Of(call, root =>
        LookUp.Read(root, leadId, submitted) is { OrderId: not null } found ? found : ErrorOf(root) ?? LookUp.Read(root, leadId, submitted));

    private static CrmOutcome Of(CrmCall call, Func<JsonElement, CrmOutcome?> find) => call.Exchange switch
    {
        _ when !call.Began => new NothingSent(call.Exchange.Error ?? "Nothing was sent.", null) { IsDown = true },
        { HttpStatus: 429 } => new NothingSent("SalesRender asked to slow down (429).", call.RetryAfter),
        { HttpStatus: 503 } when call.RetryAfter is { } delay => new NothingSent("SalesRender is unavailable for a while (503).", delay),
        { HttpStatus: 401 or 403 } => new NothingSent($"SalesRender refused the connection's token ({call.Exchange.HttpStatus}). Check the token; the lead waits.", null) { BadCredentials = true },
        { HttpStatus: null } or { Response: null } => new InDoubt(call.Exchange.Error ?? "No answer came."),
        { HttpStatus: >= 200 and < 300 } => OfBody(call.Exchange.Response!, find),
        { HttpStatus: 408 or >= 500 } => new InDoubt($"SalesRender answered {call.Exchange.HttpStatus}, which says nothing about the order."),
        _ => ErrorIn(call.Exchange.Response!) ?? new Refused("crm_refused", $"SalesRender answered {call.Exchange.HttpStatus}: {Start(call.Exchange.Response!)}"),
    };

    private static CrmOutcome OfBody(string body, Func<JsonElement, CrmOutcome?> find) =>
        Parse(body, root => find(root) ?? ErrorOf(root)) ?? new InDoubt($"SalesRender's answer cannot be read: {Start(body)}");

    private static CrmOutcome? ErrorIn(string body) => Parse(body, ErrorOf);

    /// <summary>Null when it cannot be read, or says nothing that was looked for.</summary>
    private static CrmOutcome? Parse(string body, Func<JsonElement, CrmOutcome?> find)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return find(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return null;
        }
    }

    /// <summary>GraphQL and the REST sibling tell errors in the same shape; the latter without codes, and with a 4xx.</summary>
    private static CrmOutcome? ErrorOf(JsonElement root) =>
        Property(root, "errors") is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0 ? OfError(errors[0]) : null;

    private static CrmOutcome OfError(JsonElement error)
    {
        var text = StringIn(Property(error, "message")) is { Length: > 0 } message ? message : "SalesRender gave no reason.";
        var code = StringIn(Property(Property(error, "extensions"), "code"));
        return code is "ERR_ORDER_LOCKED"
            ? new NothingSent($"An operator of the call centre holds the order: {text}", null)
            : new Refused(code is { Length: > 0 } ? code : "crm_refused", text);
    }

    private static string? IdAt(JsonElement root, string path) => IdText(path.Split('.').Aggregate((JsonElement?)root, Property));

    private static Read? OrderIn(JsonElement root)
    {
        if (Property(Property(Property(root, "data"), "ordersFetcher"), "orders") is not { ValueKind: JsonValueKind.Array } orders)
            return null;
        if (orders.GetArrayLength() is 0)
            return new Read(null, null, null);
        var status = Property(orders[0], "status");
        var reward = Property(Property(orders[0], "lead"), "reward");
        // GraphQL has money in minor units, whatever the webhook does.
        return Id(status) is not { } id ? null : new Read(id, StringIn(Property(status, "group")),
            Property(reward, "amount") is { ValueKind: JsonValueKind.Number } amount && amount.TryGetDecimal(out var minor) ? new Reward(minor / 100, StringIn(Property(reward, "currency"))) : null);
    }

    internal static string? Id(JsonElement? element) => IdText(Property(element, "id"));

    private static string? IdText(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } id when id.GetString() is { Length: > 0 } text => text,
        { ValueKind: JsonValueKind.Number } id => id.GetRawText(),
        _ => null,
    };

    private static JsonElement? Property(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var property) ? property : null;

    private static string? StringIn(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string Start(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
