using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Relayctl;

/// <summary>What a partner or advertiser gets from the operator to begin with.</summary>
internal static class Sheet
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Values for the ready call, so that it passes whatever fields the campaign requires.</summary>
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["country"] = "DE", ["email"] = "anna@example.com", ["ip"] = "192.0.2.1", ["last_name"] = "Muster", ["first_name"] = "Anna",
    };

    /// <summary>Intake's address as partners see it.</summary>
    public static string Address(string? given) =>
        given is null ? "http://127.0.0.1:8080"
        : Uri.TryCreate(given, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" } ? url.AbsoluteUri.TrimEnd('/')
        : throw new UsageException($"--base should be an address such as https://leads.example, not {given}.");

    /// <param name="key">Null when it is not known, which is whenever it was not made just now.</param>
    public static string Of(RelayConfig config, Partner partner, string address, string? key)
    {
        var text = new StringBuilder($"LeadRelay for {partner.Name}\n");
        text.Append(key is null
            ? "\nAPI key: the one you were given, YOUR_KEY below.\n"
            : $"\nAPI key: {key}\nIt is shown this once: the relay keeps only its SHA-256.\n");
        text.Append("Send it as the header X-Api-Key, never in a URL.\n");
        var campaigns = config.Campaigns.Values.Where(c => c.Partners.Contains(partner.Name)).ToList();
        if (campaigns.Count is 0)
            text.Append("\nNo campaign is open to this key yet.\n");
        foreach (var campaign in campaigns)
        {
            text.Append($"\n=== Campaign {campaign.Alias}\n");
            if (partner.Roles.Contains(Role.Partner))
                Submitting(text, config, campaign, partner, address, key ?? "YOUR_KEY");
            if (partner.Roles.Contains(Role.Advertiser))
                Pushing(text, campaign, address, key ?? "YOUR_KEY");
            Statuses(text, campaign);
            if (partner.Roles.Contains(Role.Partner))
                Postbacks(text, config, campaign, partner);
        }
        return text.ToString().TrimEnd();
    }

    private static void Submitting(StringBuilder text, RelayConfig config, Campaign campaign, Partner partner, string address, string key)
    {
        var body = new Dictionary<string, object> { ["test"] = true, ["external_lead_id"] = "test-1", ["name"] = "Anna Muster", ["phone"] = "+4915112345678", ["click_id"] = "test-click-1" };
        foreach (var field in campaign.Required.Where(f => f is not ("phone_raw" or "lead_id")).Order(StringComparer.Ordinal))
            body.TryAdd(field.StartsWith("param.", StringComparison.Ordinal) ? field["param.".Length..] : field, Samples.GetValueOrDefault(field, "sample"));
        text.Append($"""

            Submit a lead: POST {address}/leads/{campaign.Alias}

              curl {address}/leads/{campaign.Alias} -H 'X-Api-Key: {key}' --json {Quoted(JsonSerializer.Serialize(body, Plain))}

            As it stands it checks everything and creates nothing; without "test":true it makes an order. external_lead_id is
            your own id of the lead: sending the same lead again is safe, and makes no second order.
            Required: {string.Join(", ", campaign.Required.Order(StringComparer.Ordinal))}. Without click_id no postback can be sent.

            Traffic link: add the click id's macro to the link in your tracker, and let the landing page send what it gets as click_id.

            """);
        foreach (var tracker in Trackers(config, campaign, partner))
            text.Append($"  {tracker.Title}: https://LANDING/?click_id={tracker.ClickMacro}\n");
    }

    /// <summary>Those that the postbacks name, and where they name none, all whose macro is known.</summary>
    private static IEnumerable<Tracker> Trackers(RelayConfig config, Campaign campaign, Partner partner)
    {
        var named = Enum.GetValues<StatusEvent>().SelectMany(e => config.Templates(campaign, partner.Name, e)).Select(template => template.Tracker).OfType<Tracker>().DistinctBy(tracker => tracker.Name).ToList();
        return (named.Count > 0 ? named : config.Trackers.Values).Where(tracker => tracker.ClickMacro is not null);
    }

    private static void Pushing(StringBuilder text, Campaign campaign, string address, string key)
    {
        var body = JsonSerializer.Serialize(new { campaign = campaign.Alias, status = campaign.StatusMap.Labels.FirstOrDefault() ?? "LABEL" }, Plain);
        text.Append($"""

            Push a status: POST {address}/orders/ORDER_ID/status, with one of the labels below

              curl {address}/orders/ORDER_ID/status -H 'X-Api-Key: {key}' --json {Quoted(body)}

            """);
    }

    private static void Statuses(StringBuilder text, Campaign campaign)
    {
        var statuses = campaign.StatusMap.Entries.Values.OfType<MappedStatus>().Distinct().ToList();
        text.Append("\nStatuses (label, event):\n");
        if (statuses.Count is 0)
            text.Append("  none yet: until the campaign's status_map has them, every status is held\n");
        foreach (var (label, statusEvent) in statuses)
            text.Append($"  {label,-20} {Word(statusEvent)}\n");
        if (campaign.Payout is { } payout)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"An approve pays {payout.Amount} {payout.Currency}, unless the CRM names another amount. Every other event pays 0.\n");
    }

    private static void Postbacks(StringBuilder text, RelayConfig config, Campaign campaign, Partner partner)
    {
        var sent = Enum.GetValues<StatusEvent>().SelectMany(e => config.Templates(campaign, partner.Name, e).Select(template => (Event: Word(e), template.Target))).ToList();
        text.Append(sent.Count is 0 ? "\nPostbacks: none are set up yet. Give the operator your postback URL.\n" : "\nPostbacks:\n");
        foreach (var (statusEvent, target) in sent)
            text.Append($"  {statusEvent,-8} to {target}\n");
        text.Append($"Macros for a postback URL: {Macros.Listed}.\n");
    }

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();

    /// <summary>For a shell.</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
