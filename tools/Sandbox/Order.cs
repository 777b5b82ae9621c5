using System.Text.Json;

namespace LeadRelay.Sandbox;

/// <summary>An order as the stand-in keeps it; every change is a new record.</summary>
/// <param name="Input">The GraphQL input or the REST body it was made from.</param>
/// <param name="Locked">An operator holds it: nobody else may change it.</param>
public sealed record Order(
    string Id,
    string Company,
    string ProjectId,
    OrderStatus Status,
    string? Comment,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset StatusChangedAt,
    OrderLead? Lead,
    IReadOnlyList<OrderField> Fields,
    JsonElement Input,
    bool Locked = false,
    Reward? Reward = null)
{
    /// <summary>The relay's lead id, if the order carries it.</summary>
    public string? LeadId => Text("lead_id") ?? Lead?.ExternalId;

    /// <summary>The partner's click id, if the order carries it.</summary>
    public string? ClickId => Text("click_id") ?? Text("string_1");

    private string? Text(string code) =>
        Fields.FirstOrDefault(field => field.Kind is OrderField.Strings && field.Code == code)?.Value.GetString();
}

/// <summary>Whom the order came from.</summary>
public sealed record OrderLead(string WebmasterId, string OfferId, string? ExternalId, string? ExternalTag);

/// <summary>One field of the company's own, under the code the company gave it.</summary>
/// <param name="Kind">The list it stands in: <c>stringFields</c>, <c>phoneFields</c> and so on.</param>
public sealed record OrderField(string Kind, string Code, JsonElement Value)
{
    public const string Strings = "stringFields";
    public const string Phones = "phoneFields";
    public const string Names = "humanNameFields";
    public const string Emails = "emailFields";
    public const string Addresses = "addressFields";
}

/// <param name="Amount">In whole units of the currency (12.5 is twelve and a half euros). The webhook says it so, GraphQL in minor units.</param>
public sealed record Reward(decimal Amount, string Currency);
