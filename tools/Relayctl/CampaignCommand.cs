using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary><c>campaign new</c>: a file that is valid at once, with comments on what is still to be filled in.</summary>
internal static class CampaignCommand
{
    public static readonly IReadOnlyList<string> Options = ["--connection", "--project", "--status", "--offer", "--webmaster", "--country", "--payout", "--currency"];

    private const string NoProject = "REPLACE-PROJECT-ID";
    private const string NoStatus = "REPLACE-STATUS-ID";
    private const string NoOffer = "REPLACE-OFFER-ID";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string New(string folder, Arguments args)
    {
        var alias = PartnerCommands.Named(args.Name);
        var connection = args.Required("--connection");
        args.Required("--partner");
        var isWebmasters = ConfigLoader.Load(folder, "sandbox").Config?.Connections.GetValueOrDefault(connection)?.Api is OrderApi.Cpa or OrderApi.CpaRest;
        if (isWebmasters && args["--project"] is not null)
            throw new UsageException($"--project has no use: the connection {connection} is a webmaster's, and the offer decides the project.");
        var change = new Change(folder);
        change.Create($"campaigns/{alias}.json", Text(alias, args, isWebmasters ? WebmastersOrder(args) : Order(args)));
        change.Make();
        var missing = new List<string>();
        if (isWebmasters && args["--offer"] is null)
            missing.Add($"offer_id, which is {NoOffer}: SalesRender refuses every lead until it is one of the webmaster's offers");
        if (!isWebmasters && args["--project"] is null)
            missing.Add($"project_id, which is {NoProject}: SalesRender refuses every order until it is a project of the company");
        if (!isWebmasters && args["--status"] is null)
            missing.Add($"initial_status_id, which is {NoStatus}: likewise");
        missing.Add(isWebmasters ? "field_mapping, for what else the offer wants" : "field_mapping, with the company's own field codes");
        missing.Add("status_map, which is empty: every status is held and shown until the map has it");
        missing.Add("postbacks, if the partner has none of its own");
        return $"campaigns/{alias}.json is made, and the configuration is valid. Fill in:\n  {string.Join("\n  ", missing)}\nThen: ./relayctl config check";
    }

    private static string Text(string alias, Arguments args, string order) => $$"""
        // What the alias "{{alias}}" stands for: POST /leads/{{alias}}. The file's name is the alias.
        {
          "$schema": "../schemas/campaign.schema.json",
          "alias": {{Json(alias)}},
          "connection": {{Json(args.Required("--connection"))}},
          "partners": [{{string.Join(", ", args.All("--partner").Distinct().Select(Json))}}],

        {{order}}

          // How local phone numbers are read when the lead names no country.
          {{Optional("country", args["--country"], "DE")}}

          // What an approval pays when the webhook does not say.
          {{Payout(args["--payout"], args["--currency"])}}

          // SalesRender's status id -> label. Put the company's own ids in front, and remove the slashes. A status that is not
          // here is held and shown, never guessed. Any label but the common ones says its event, and "ignore" is silent.
          "status_map": {
            // "ID": "wait",
            // "ID": "hold",
            // "ID": "accepted",
            // "ID": "rejected",
            // "ID": "trash",
            // "ID": { "label": "no answer", "event": "hold" },
            // "ID": "ignore",
          }

          // , "postbacks": { "tracker": "keitaro", "base": "https://DOMAIN/POSTBACK_KEY" }
        }

        """;

    private static string Order(Arguments args) => $$"""
          // Where orders are created, and in which status: ids of SalesRender.
          "project_id": {{Json(args["--project"] ?? NoProject)}},
          "initial_status_id": {{Json(args["--status"] ?? NoStatus)}},
          // Whose lead it is: both or neither. Without them a webmaster's webhook does not fire.
          {{Optional("offer_id", args["--offer"], "12")}}
          {{Optional("webmaster_id", args["--webmaster"], "34")}}

          // Field of the lead -> place in the order, with the company's own field codes. The click id must go to a String field,
          // or SalesRender's webhook cannot return it.
          "field_mapping": {
            "click_id": "stringFields.click_id",
            // Our own id in the order lets the relay find it again when a call's outcome is unknown.
            "lead_id": "stringFields.lead_id"
          },
        """;

    private static string WebmastersOrder(Arguments args) => $$"""
          // What the lead is for. The offer decides project and status.
          "offer_id": {{Json(args["--offer"] ?? NoOffer)}},
          {{Optional("webmaster_id", args["--webmaster"], "34")}}
          // In which status the offer creates orders, for the first postback.
          {{Optional("initial_status_id", args["--status"], "1")}}

          // Field of the lead -> slot. SalesRender's webhook returns the click id from data.string_1 to data.string_10 only.
          "field_mapping": {
            "click_id": "data.string_1",
            "email": "data.email_1",
            "comment": "data.comment"
          },
        """;

    private static string Optional(string key, string? value, string sample) => value is null ? $"// \"{key}\": \"{sample}\"," : $"\"{key}\": {Json(value)},";

    private static string Payout(string? amount, string? currency)
    {
        if (amount is null != currency is null)
            throw new UsageException("--payout and --currency go together.");
        if (amount is null)
            return "// \"payout\": { \"amount\": 12.50, \"currency\": \"EUR\" },";
        return decimal.TryParse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? string.Create(CultureInfo.InvariantCulture, $"\"payout\": {{ \"amount\": {number}, \"currency\": {Json(currency!)} }},")
            : throw new UsageException($"--payout should be an amount such as 12.50, not {amount}.");
    }

    private static string Json(string text) => JsonSerializer.Serialize(text, Plain);
}
