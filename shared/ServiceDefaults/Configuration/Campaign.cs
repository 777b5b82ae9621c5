namespace LeadRelay.Configuration;

/// <summary>What an alias stands for: <c>campaigns/ALIAS.json</c>.</summary>
/// <param name="Partners">Names of those who may use it.</param>
/// <param name="Token">Overrides the connection's token for creating orders.</param>
/// <param name="ProjectId">SalesRender's project; null with a webmaster's API, where the offer decides it.</param>
/// <param name="InitialStatusId">SalesRender's status that orders begin in; null where the offer decides it and nobody said.</param>
/// <param name="OfferId">Never null with a webmaster's API.</param>
/// <param name="FieldMapping">
/// Lead field (see <see cref="Contracts.Lead"/>, also <c>lead_id</c>, <c>name</c> and <c>param.NAME</c>) to where it goes in
/// the order: <c>phoneFields.CODE</c>, <c>stringFields.CODE</c>, <c>emailFields.CODE</c>, <c>humanNameFields.CODE</c>,
/// <c>addressFields.CODE</c> with the company's own field code, or <c>source.NAME</c>; with a webmaster's API
/// <c>data.SLOT</c>, <c>source.NAME</c> or <c>externalTag</c>.
/// </param>
/// <param name="Required">Lead fields without which a submission is refused; <c>phone</c> always is one.</param>
/// <param name="Country">ISO 3166 alpha-2; assumed when the lead does not say, decides how a local phone number is read.</param>
/// <param name="Payout">What an approval pays when the webhook does not say.</param>
/// <param name="ForeignOrders">May advertisers push statuses of orders that were not made here.</param>
/// <param name="Wait">How long Intake waits for the order id: 0 s to 30 s, default 5 s.</param>
public sealed record Campaign(
    string Alias,
    string Connection,
    IReadOnlySet<string> Partners,
    Secret? Token,
    string? ProjectId,
    string? InitialStatusId,
    string? OfferId,
    string? WebmasterId,
    IReadOnlyDictionary<string, string> FieldMapping,
    IReadOnlySet<string> Required,
    string? Country,
    StatusMap StatusMap,
    Payout? Payout,
    IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Postbacks,
    bool ForeignOrders,
    TimeSpan Wait)
{
    /// <summary>Texts that every order gets, by the places that <see cref="FieldMapping"/> has, too.</summary>
    public IReadOnlyDictionary<string, string> Constants { get; init; } = new Dictionary<string, string>();

    /// <summary>Lead field to the names under which this campaign's partners send it, tried before those that every campaign takes.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> FieldAliases { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Where the click id is looked for, and nowhere else; empty means the usual names.</summary>
    public IReadOnlyList<string> ClickIdFields { get; init; } = [];

    /// <summary>What becomes of a lead whose phone the campaign had lately; null means: nothing special.</summary>
    public DuplicateWindow? DuplicateWindow { get; init; }

    /// <summary>The goods of a lead that names none.</summary>
    public IReadOnlyList<CartItem> Cart { get; init; } = [];

    /// <summary>What an order's creation counts as, and the entry of the map that says so: where the map is silent about the initial status, <c>wait</c>.</summary>
    public (MappedStatus Status, string? Rule) FirstStatus =>
        StatusMap.TryMap(InitialStatusId, null, out var mapped) && mapped is not null ? (mapped, InitialStatusId) : (MappedStatus.New, null);
}

/// <summary>A fixed payout per approval, in major units.</summary>
/// <param name="Currency">ISO 4217.</param>
public sealed record Payout(decimal Amount, string Currency);

/// <summary>The first lead with a phone gets the campaign's order; others within the window get none.</summary>
/// <param name="Window">From the first one's arrival: 1 to 8,760 hours.</param>
/// <param name="Answer">What the others are told.</param>
public sealed record DuplicateWindow(TimeSpan Window, DuplicateAnswer Answer);

/// <summary>What a duplicate is told.</summary>
public enum DuplicateAnswer
{
    /// <summary>The first lead's order id, with <c>duplicate: true</c>.</summary>
    FirstOrder,

    /// <summary>That it is refused.</summary>
    Refuse,
}
