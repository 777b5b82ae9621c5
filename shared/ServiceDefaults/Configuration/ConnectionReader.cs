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

    public static Connection Read(string name, Section section, Surroundings around)
    {
        var api = section.Optional("api", ReadApi, OrderApi.Crm);
        if (api is not null)
            around.Apis[name] = api.Value;
        var connection = new Connection(
            name,
            section.Required("base_url", ReadBaseUrl),
            section.Required("company_id", n => n.Id()),
            section.Optional("token", n => n.Secret(around.Folder), null),
            section.Optional("auth_scheme", n => ReadAuthScheme(n.Unshown), null),
            section.Optional("time_limit_seconds", n => n.Seconds(1, (int)Drain.LongestCall.TotalSeconds), TimeSpan.FromSeconds(20)),
            section.Required("webhook", n => n.Object(w => ReadWebhook(w, around))))
        {
            Api = api ?? OrderApi.Crm,
            CpaToken = section.Optional("cpa_token", n => n.Secret(around.Folder), null),
            Create = section.Optional("create", n => n.Object(s => ReadOperation(s, api is OrderApi.CpaRest ? null : MutationForm(), hasId: true)), Operation.Confirmed),
            Update = section.Optional("update", n => n.Object(s => ReadOperation(s, MutationForm(), hasId: true)), Operation.Confirmed),
            Read = section.Optional("read", n => n.Object(s => ReadOperation(s, QueryForm(), hasId: false)), Operation.Confirmed),
            List = section.Optional("list", n => n.Object(s => ReadOperation(s, ListForm(), hasId: false)), Operation.Confirmed),
            Limits = section.Optional("limits", n => n.Object(ReadLimits), new CrmLimits(32, null)),
            LookUp = new LookUpSettings(
                section.Optional("lookup_trustworthy", n => n.Flag(), false),
                section.Optional("lookup_settle_seconds", n => n.Seconds(1, 3600), TimeSpan.FromMinutes(10))),
        };
        if (api is not null)
            CheckTokens(section, api is OrderApi.Crm, connection);
        return connection;
    }

    private static CrmLimits ReadLimits(Section section) => new(
        section.Optional("concurrency", n => n.Whole(1, 128), 32),
        section.Optional<int?>("per_minute", n => n.Whole(1, 60_000), null));

    /// <summary>Null when it is none: what hangs on it is not checked then.</summary>
    private static OrderApi? ReadApi(Node node) => node.Word([.. Words.Of<OrderApi>().Keys]) is { } word ? Words.Of<OrderApi>()[word] : null;

    private static void CheckTokens(Section section, bool isCrm, Connection connection)
    {
        if (isCrm && !section.Has("token"))
            section.Fail("token", "It is missing, and there is no default.");
        if (isCrm && section.Has("cpa_token"))
            section.Fail("cpa_token", "Nothing uses it with the api crm; leave it out, or make the api cpa or cpa_rest.");
        if (!isCrm && !section.Has("cpa_token"))
            section.Fail("cpa_token", "It is missing: the apis cpa and cpa_rest need the webmaster's token.");
        if (!isCrm && !section.Has("token") && connection.Webhook?.Verify is true)
            section.Fail("webhook.verify", "It needs token, the company's CRM token, to read an order with.");
    }

    private static Operation ReadOperation(Section section, Regex? document, bool hasId) => new(
        document is null ? null : section.Optional("document", n => n.Text(document, "the operation in one line, which begins as the confirmed one does: docs/configuration.md has them"), null!),
        hasId ? section.Optional("id_path", n => n.Text(IdPathForm(), "the dotted path of the id, as data.orderMutation.addOrder.id"), null!) : null);

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

    [GeneratedRegex(@"^mutation\b[^{]*\$input\s*:.*\}\z")]
    private static partial Regex MutationForm();

    [GeneratedRegex(@"^query\b[^{]*\$filters\s*:.*\}\z")]
    private static partial Regex QueryForm();

    [GeneratedRegex(@"^query\b[^{]*\$pagination\s*:.*\}\z")]
    private static partial Regex ListForm();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\z")]
    private static partial Regex IdPathForm();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]*\z")]
    private static partial Regex SchemeForm();

    [GeneratedRegex(@"^[^\s.\[\]]+(\[[^\[\]]+\])?(\.[^\s.\[\]]+(\[[^\[\]]+\])?)*\z")]
    private static partial Regex PathForm();
}
