using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads <c>connections/NAME.json</c>.</summary>
internal static partial class ConnectionReader
{
    private const string DemoWebhookSecret = "demo-webhook-secret";

    /// <summary>Where the known shapes of SalesRender's webhooks have things; a file overrides them field by field.</summary>
    private static readonly Dictionary<WebhookField, IReadOnlyList<string>> DefaultPaths = new()
    {
        [WebhookField.OrderId] = ["id", "order_id", "orderId"],
        [WebhookField.LeadId] = ["lead.externalId", "externalId", "external_id", "lead_id", "data.lead_id", "data.stringFields[lead_id].value"],
        [WebhookField.ClickId] = ["data.string_1", "click_id", "clickid", "data.stringFields[click_id].value"],
        [WebhookField.StatusId] = ["status.id", "status_id", "statusId", "status"],
        [WebhookField.StatusGroup] = ["status.group", "statusGroup", "status_group"],
        [WebhookField.Comment] = ["comment", "reason", "data.comment"],
        [WebhookField.RewardAmount] = ["lead.reward.amount", "reward.amount", "reward.value", "payout"],
        [WebhookField.RewardCurrency] = ["lead.reward.currency", "reward.currency", "currency"],
        [WebhookField.StatusChangedAt] = ["statusChangedAt", "status_changed_at"],
        [WebhookField.WebmasterId] = ["lead.webmaster.id", "webmaster.id", "webmaster_id"],
        [WebhookField.OfferId] = ["lead.offer.id", "offer.id", "offer_id"],
    };

    public static Connection Read(string name, Section section, Surroundings around) => new(
        name,
        section.Required("base_url", ReadBaseUrl),
        section.Required("company_id", n => n.Id()),
        section.Required("token", n => n.Secret(around.Folder)),
        section.Optional("auth_scheme", n => ReadAuthScheme(n.Unshown), null),
        section.Optional("time_limit_seconds", n => n.Seconds(1, 60), TimeSpan.FromSeconds(20)),
        section.Required("webhook", n => n.Object(w => ReadWebhook(w, around))))
    {
        Limits = section.Optional("limits", n => n.Object(ReadLimits), new CrmLimits(32, null)),
        LookUp = new LookUpSettings(
            section.Optional("lookup_trustworthy", n => n.Flag(), false),
            section.Optional("lookup_settle_seconds", n => n.Seconds(1, 3600), TimeSpan.FromMinutes(10))),
    };

    private static CrmLimits ReadLimits(Section section) => new(
        section.Optional("concurrency", n => n.Whole(1, 128), 32),
        section.Optional<int?>("per_minute", n => n.Whole(1, 60_000), null));

    private static Uri ReadBaseUrl(Node node)
    {
        var url = node.BaseUrl();
        return url is not null && url.AbsolutePath.Contains("/companies", StringComparison.OrdinalIgnoreCase)
            ? node.Fail<Uri>("It should end before /companies; the rest of the path is made from company_id.")
            : url!;
    }

    private static string? ReadAuthScheme(Node node) =>
        node.Text() is not { } text ? null
        : SchemeForm().IsMatch(text) ? text
        : node.Fail<string>("It should be one word, as Bearer; the token itself belongs into token, by reference.");

    private static WebhookSettings ReadWebhook(Section section, Surroundings around) => new(
        section.Required("secrets", n => n.Unshown.List(s => ReadWebhookSecret(s, around), 1, 2)),
        section.Optional("paths", n => n.Object(ReadPaths), DefaultPaths),
        section.Optional("reward_unit", n => n.Choice<RewardUnit>(), RewardUnit.Major))
    {
        Networks = section.Optional("networks", n => n.List(network => network.Network(), 0), []),
        Verify = section.Optional("verify", n => n.Flag(), false),
    };

    private static Secret ReadWebhookSecret(Node node, Surroundings around)
    {
        var secret = node.Secret(around.Folder);
        return secret is not null && !around.AllowsSamples && secret.TryReveal(out var value, out _) && value == DemoWebhookSecret
            ? node.Fail<Secret>("This is the sample's webhook secret, which everybody knows; make one of your own, or set Profile to sandbox for a trial.")
            : secret!;
    }

    private static Dictionary<WebhookField, IReadOnlyList<string>> ReadPaths(Section section) =>
        Words.Of<WebhookField>().ToDictionary(f => f.Value, f => section.Optional(f.Key, ReadPathList, DefaultPaths[f.Value]));

    private static IReadOnlyList<string> ReadPathList(Node node) =>
        node.Kind is JsonValueKind.Array ? node.List(ReadPath, 1) : [ReadPath(node)];

    private static string ReadPath(Node node) =>
        node.Text(PathForm(), "a dotted path, as status.id or data.stringFields[click_id].value");

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]*\z")]
    private static partial Regex SchemeForm();

    [GeneratedRegex(@"^[^\s.\[\]]+(\[[^\[\]]+\])?(\.[^\s.\[\]]+(\[[^\[\]]+\])?)*\z")]
    private static partial Regex PathForm();
}
