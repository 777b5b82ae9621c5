using System.Net;

namespace LeadRelay.Configuration;

/// <summary>One SalesRender company: <c>connections/NAME.json</c>.</summary>
/// <param name="BaseUrl">Up to and without <c>/companies</c>, as <c>https://de.backend.salesrender.com</c>.</param>
/// <param name="Token">The company's CRM token, with which orders are read and their statuses set; null, which only a webmaster's connection may have, does without.</param>
/// <param name="AuthScheme">Word before the token in the <c>Authorization</c> header; null sends the token alone, as SalesRender documents.</param>
/// <param name="TimeLimit">For one call, from connecting to the end of the answer: 1 s to 20 s, the default; so a service that stops sees the end of every call.</param>
public sealed record Connection(
    string Name,
    Uri BaseUrl,
    string CompanyId,
    Secret? Token,
    string? AuthScheme,
    TimeSpan TimeLimit,
    WebhookSettings Webhook)
{
    /// <summary>How hard SalesRender may be worked.</summary>
    public CrmLimits Limits { get; init; } = new(32, null);

    /// <summary>How the order of a lead in doubt is looked for.</summary>
    public LookUpSettings LookUp { get; init; } = new(false, TimeSpan.FromMinutes(10));

    /// <summary>Where orders are made; their statuses are always read and set through <see cref="OrderApi.Crm"/>.</summary>
    public OrderApi Api { get; init; } = OrderApi.Crm;

    /// <summary>The webmaster's token, for making orders; null with <see cref="OrderApi.Crm"/>, which has <see cref="Token"/>.</summary>
    public Secret? CpaToken { get; init; }

    /// <summary>How an order is made, where that differs.</summary>
    public Operation Create { get; init; } = Operation.Confirmed;

    /// <summary>How an order's status is set, where that differs.</summary>
    public Operation Update { get; init; } = Operation.Confirmed;

    /// <summary>How an order is read, where that differs; it has no id to find.</summary>
    public Operation Read { get; init; } = Operation.Confirmed;

    /// <summary>How the newest orders are listed, where that differs; it has no id to find.</summary>
    public Operation List { get; init; } = Operation.Confirmed;

    /// <summary>Where GraphQL goes for the company API.</summary>
    public Uri CrmEndpoint => Endpoint("CRM");

    /// <summary>With which token a campaign's orders are made.</summary>
    public Secret? CreateToken(Campaign campaign) => campaign.Token ?? (Api is OrderApi.Crm ? Token : CpaToken);

    /// <summary>Where orders are made.</summary>
    public Uri CreateEndpoint => Endpoint(Api switch { OrderApi.Cpa => "CPA", OrderApi.CpaRest => "CPA/lead/add", _ => "CRM" });

    private Uri Endpoint(string path) => new($"{BaseUrl.AbsoluteUri.TrimEnd('/')}/companies/{Uri.EscapeDataString(CompanyId)}/{path}");
}

/// <summary>SalesRender's ways of making an order.</summary>
public enum OrderApi
{
    /// <summary>The company's: <c>addOrder</c>.</summary>
    Crm,

    /// <summary>The webmasters': <c>addLead</c>. The offer decides project and status.</summary>
    Cpa,

    /// <summary>The webmasters', as JSON without GraphQL: <c>/CPA/lead/add</c>.</summary>
    CpaRest,
}

/// <summary>What one company's SalesRender has otherwise than confirmed; null is as confirmed.</summary>
/// <param name="Document">The GraphQL document; its variables stay the same.</param>
/// <param name="IdPath">Where the order's id stands in the answer, dotted.</param>
public sealed record Operation(string? Document, string? IdPath)
{
    public static readonly Operation Confirmed = new(null, null);
}

/// <summary>Limits of each CrmWriter; two replicas make twice as many.</summary>
/// <param name="Concurrency">Calls at once: 1 to 128, default 32.</param>
/// <param name="PerMinute">Calls a minute, 1 to 60,000; null means no limit.</param>
public sealed record CrmLimits(int Concurrency, int? PerMinute);

/// <summary>How the order of a lead in doubt is looked for.</summary>
/// <param name="Trustworthy">Whether what is not found does not exist, so that the lead may be sent again. Default no: an operator or a webhook decides.</param>
/// <param name="Settle">How long after the doubt the last look is taken: 1 s to 1 h, default 10 min.</param>
public sealed record LookUpSettings(bool Trustworthy, TimeSpan Settle);

/// <summary>How a connection's webhooks are recognised and read.</summary>
/// <param name="Secrets">One or two (for rotation) unguessable last path segments of the webhook's URL.</param>
/// <param name="Paths">For each thing to read, where to look, first hit wins; paths are relative to the order.</param>
/// <param name="RewardUnit">Whether the reward comes in minor units (1250) or major ones (12.50, the default).</param>
public sealed record WebhookSettings(
    IReadOnlyList<Secret> Secrets,
    IReadOnlyDictionary<WebhookField, IReadOnlyList<string>> Paths,
    RewardUnit RewardUnit)
{
    /// <summary>Where its calls may come from; empty means anywhere.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>Read an order in SalesRender again before a postback may report money.</summary>
    public bool Verify { get; init; }
}

/// <summary>What is read in a webhook.</summary>
public enum WebhookField
{
    OrderId, LeadId, ClickId, StatusId, StatusGroup, Comment, RewardAmount, RewardCurrency, StatusChangedAt, WebmasterId, OfferId,
}

/// <summary>Unit of the amounts in a webhook.</summary>
public enum RewardUnit
{
    Major, Minor,
}
