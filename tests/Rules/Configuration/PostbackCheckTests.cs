using System.Text.Json;
using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>Each finding, and the nearest thing that is none.</summary>
public sealed class PostbackCheckTests : IDisposable
{
    private const string Tracker = """
        {"title": "Trackit", "source": "its documentation", "path": "/in", "parameters": {"cid": "{click_id}", "st": "{status}", "tx": "{tid}"}, "money_parameters": {"sum": "{payout}"},
         "words": {"wait": "lead", "hold": "lead", "approve": "sale", "cancel": "rejected", "trash": "rejected"}, "known_words": ["lead", "sale", "rejected"],
         "without_status": "sale", "transaction_id": "order", "repeat": "updates"}
        """;

    private readonly ConfigFolder folder = new ConfigFolder().Write("trackers/trackit.json", Tracker);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"tracker": "trackit", "base": "https://t.example"}""")]
    [InlineData("""{"approve": "https://t.example/in?cid={click_id}&st=sale&sum={payout}&tx={order_id}", "wait": "https://t.example/in?cid={click_id}&st=lead&tx={order_id}"}""")]
    [InlineData("""{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}&tx={tid}"}""")]
    [InlineData("\"https://t.example/in?cid={click}&st={status:wait=lead,approve=sale}\"")]
    [InlineData("\"https://other.example/postback?clickid={click_id}&status={status}\"")]
    [InlineData("""{"url": "https://other.example/in", "form": {"c": "{click_id}"}}""")]
    [InlineData("\"https://other.example/in?c={sub3}\"")]
    [InlineData("\"https://other.example/in?c={param.click}\"")]
    public void Nothing_is_found_where_nothing_is_wrong(string json) => Assert.Empty(Findings(json));

    [Theory]
    [InlineData("\"https://other.example/in?status={status}\"", "wait, hold, approve, cancel, trash", "add {click_id}")]
    [InlineData("""{"approve": "https://other.example/in?order={order_id}"}""", "approve", "add {click_id}")]
    [InlineData("""{"url": "https://other.example/in", "form": {"order": "{order_id}"}}""", "wait, hold, approve, cancel, trash", "add {click_id}")]
    [InlineData("""{"approve": {"tracker": "trackit", "url": "https://t.example/in?CID={click}&st=sale"}}""", "approve", "Trackit finds the click by cid: write cid={click_id}.")]
    [InlineData("""{"approve": {"tracker": "trackit", "url": "https://t.example/in?cid=1&st=sale"}}""", "approve", "Trackit finds the click by cid: write cid={click_id}.")]
    public void No_click_id(string json, string events, string why) => Only("no_click_id", events, why, Findings(json));

    [Theory]
    [InlineData("""{"wait": {"tracker": "trackit", "url": "https://t.example/in?cid={click}"}}""", "wait")]
    [InlineData("""{"wait": {"tracker": "trackit", "url": "https://t.example/in?cid={click}&st="}}""", "wait")]
    [InlineData("""{"cancel": "https://t.example/any/in?cid={click}&st={sub2}"}""", "cancel")]
    [InlineData("""{"cancel": "https://t.example/any/in?cid={click}&st={comment}{param.x}"}""", "cancel")]
    [InlineData("""{"cancel": {"tracker": "trackit", "url": "https://t.example/in", "form": {"cid": "{click}"}}}""", "cancel")]
    [InlineData("""{"cancel": {"tracker": "trackit", "url": "https://t.example/in?cid={click}", "json": {"x": "y"}}}""", "cancel")]
    public void A_status_that_may_be_empty_where_that_means_money(string json, string events) =>
        Only("empty_status", events, "Trackit takes a postback without a status for \"sale\"", Findings(json));

    [Fact]
    public void A_tracker_that_is_never_told_the_status_takes_a_refusal_for_a_sale()
    {
        folder.Set("trackers/trackit.json", "without_status", null);

        Only("empty_status", "wait, hold, cancel, trash", "Trackit is to be told the status by st", Findings("""{"tracker": "trackit", "url": "https://t.example/in?cid={click}"}"""));
    }

    [Theory]
    [InlineData("""{"approve": {"tracker": "trackit", "url": "https://t.example/in?cid={click}"}}""")]
    [InlineData("""{"wait": "https://t.example/in?CID={click}"}""")]
    public void An_empty_status_that_does_no_harm_is_no_finding(string json) => Assert.DoesNotContain(Findings(json), finding => finding.Code is "empty_status");

    [Theory]
    [InlineData("""{"approve": "https://t.example/in?cid={click}&st={status}"}""", "does not know the status \"accepted\"; it takes lead, sale, rejected. Name it (\"tracker\": \"trackit\")")]
    [InlineData("""{"approve": "https://t.example/in?cid={click}&st=Sale"}""", "\"Sale\"")]
    [InlineData("""{"approve": "https://t.example/in?cid={click}&st={event}"}""", "\"approve\"")]
    [InlineData("""{"approve": "https://t.example/in?cid={click}&st=x-{status:approve=sale}"}""", "\"x-sale\"")]
    [InlineData("""{"approve": {"tracker": "trackit", "base": "https://t.example", "words": {"approve": "Approved"}}}""", "\"Approved\"; it takes lead, sale, rejected. Correct words.")]
    public void A_status_that_the_tracker_does_not_know(string json, string why) => Only("unknown_status_word", "approve", why, Findings(json));

    [Theory]
    [InlineData("https://t.example/in?cid={click}&st={status}&sale_status=paid,accepted")]
    [InlineData("https://t.example/in?cid={click}&st={status}&ignore_status=accepted")]
    [InlineData("https://t.example/in?cid={click}&st={sub1}")]
    public void A_status_that_is_translated_or_that_nobody_can_know_is_no_unknown_one(string url) =>
        Assert.DoesNotContain(Findings(JsonSerializer.Serialize(new { approve = url })), finding => finding.Code is "unknown_status_word");

    [Fact]
    public void The_label_of_an_orders_creation_is_one_that_is_sent_though_the_map_lacks_it() =>
        Only("unknown_status_word", "wait", "does not know the status \"wait\"", Findings("""{"wait": "https://t.example/in?cid={click}&st={status}"}"""));

    [Theory]
    [InlineData("{lead_id}-{event}", "{lead_id}-{event}")]
    [InlineData("{order_id}{timestamp}", "{order_id}{timestamp}")]
    [InlineData("{order_id}-lead", "{order_id}-sale")]
    [InlineData("", "{order_id}")]
    [InlineData("{status:wait=1}", "{status:approve=2}")]
    public void A_transaction_id_that_changes_where_it_must_not(string atWait, string atApprove) => Only("changing_transaction_id", "wait, approve", "tx is not the same for all of them",
        Findings("""{"wait": "https://t.example/in?cid={click}&st=lead&tx=WAIT", "approve": {"tracker": "trackit", "url": "https://t.example/in?cid={click}&st=sale&tx=APPROVE"}}"""
            .Replace("WAIT", atWait, StringComparison.Ordinal).Replace("APPROVE", atApprove, StringComparison.Ordinal)));

    [Fact]
    public void A_transaction_id_of_its_own_for_the_only_event_changes_nothing() =>
        Assert.Empty(Findings("""{"approve": {"tracker": "trackit", "url": "https://t.example/in?cid={click}&st=sale&tx={lead_id}-{event}"}}"""));

    [Theory]
    [InlineData("order", """{"tracker": "trackit", "base": "https://t.example"}""", "(tx={order_id}-{event})")]
    [InlineData("event", """{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}"}""", "(tx={tid})")]
    [InlineData("event", """{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}&tx={order_id}"}""", "(tx={tid})")]
    [InlineData("none", """{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}"}""", "throws the others away: post only approve.")]
    public void An_event_that_the_tracker_throws_away(string id, string json, string why)
    {
        folder.Set("trackers/trackit.json", "repeat", "\"ignored\"").Set("trackers/trackit.json", "transaction_id", $"\"{id}\"");
        if (id is "none")
            folder.Set("trackers/trackit.json", "parameters/tx", null);

        Only("dropped_event", "wait, hold, approve, cancel, trash", why, Findings(json));
    }

    [Theory]
    [InlineData("""{"tracker": "trackit", "base": "https://t.example"}""")]
    [InlineData("""{"approve": {"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}"}}""")]
    [InlineData("""{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}&tx={lead_id}.{event}"}""")]
    [InlineData("""{"wait": "https://t.example/in?cid={click}&st=lead&tx={order_id}-lead", "approve": "https://t.example/in?cid={click}&st=sale&tx={order_id}-sale"}""")]
    [InlineData("""{"tracker": "trackit", "url": "https://t.example/in", "form": {"cid": "{click}", "st": "{status}", "tx": "{tid}"}}""")]
    [InlineData("""{"tracker": "trackit", "url": "https://t.example/in", "json": {"lead": {"cid": "{click}", "st": "{status}", "tx": "{tid}"}}}""")]
    [InlineData("""{"tracker": "trackit", "url": "https://t.example/in", "body": "{click} {status}", "content_type": "text/plain"}""")]
    public void Events_that_the_tracker_can_tell_apart_are_no_finding(string json)
    {
        folder.Set("trackers/trackit.json", "repeat", "\"ignored\"").Set("trackers/trackit.json", "transaction_id", "\"event\"");

        Assert.Empty(Findings(json));
    }

    [Fact]
    public void An_event_of_the_campaign_and_one_of_its_partner_underneath_are_seen_together()
    {
        folder.Set("trackers/trackit.json", "repeat", "\"ignored\"");
        folder.Set(ConfigFolder.Partner, "postbacks", """{"approve": {"tracker": "trackit", "base": "https://t.example"}}""");

        Only("dropped_event", "wait, approve", "give each a transaction id of its own", Findings("""{"wait": {"tracker": "trackit", "base": "https://t.example"}}"""));
    }

    [Theory]
    [InlineData("""{"cancel": "https://other.example/?c={click}&p={payout}"}""", "cancel", "Its {payout} is 0")]
    [InlineData("""{"url": "https://other.example/?c={click}", "json": {"p": "{payout}"}}""", "wait, hold, cancel, trash", "leave {payout} to approve")]
    [InlineData("""{"cancel": {"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}&sum=12.50"}}""", "cancel", "It pays 12.50")]
    [InlineData("""{"hold": "https://other.example/?c={click}&payout=5"}""", "hold", "It pays 5")]
    public void A_payout_on_an_event_without_money(string json, string events, string why) => Only("payout_without_money", events, why, Findings(json));

    [Fact]
    public void A_payout_of_nothing_is_no_finding() => Assert.Empty(Findings("""{"hold": "https://other.example/?c={click}&payout=0"}"""));

    [Fact]
    public void A_payout_of_nothing_that_the_trackers_file_wants_is_no_finding()
    {
        folder.Set("trackers/trackit.json", "money_parameters", null).Set("trackers/trackit.json", "parameters/sum", "\"{payout}\"");

        Assert.Empty(Findings("""{"tracker": "trackit", "base": "https://t.example"}"""));
        Assert.Empty(Findings("""{"cancel": "https://t.example/in?cid={click}&st=rejected&sum={payout}"}"""));
    }

    [Fact]
    public void An_event_that_must_have_come_first_and_never_will()
    {
        folder.Set("trackers/trackit.json", "required_first", "[\"wait\"]");

        Only("required_first_missing", "hold, approve", "Trackit must have had wait first",
            Findings("""{"hold": {"tracker": "trackit", "base": "https://t.example"}, "approve": {"tracker": "trackit", "base": "https://t.example"}}"""));
        Assert.Empty(Findings("""{"tracker": "trackit", "base": "https://t.example"}"""));
    }

    [Fact]
    public void A_first_event_that_has_an_address_of_its_own_is_known_by_it()
    {
        folder.Set("trackers/trackit.json", "required_first", "[\"wait\"]").Set("trackers/trackit.json", "event_forms", """{"wait": {"path": "/click", "parameters": {"cid": "{click_id}"}}}""");

        Assert.Empty(Findings("""{"wait": "https://t.example/click?cid={click}", "approve": "https://t.example/in?cid={click}&st=sale"}"""));
        Assert.Empty(Findings("""{"tracker": "trackit", "base": "https://t.example"}"""));
        Only("required_first_missing", "hold, approve, cancel, trash", "wait first", Findings("""{"tracker": "trackit", "url": "https://t.example/in?cid={click}&st={status}"}"""));
    }

    [Fact]
    public void A_credential_that_is_written_out_for_a_tracker_that_is_not_named()
    {
        folder.Set("trackers/trackit.json", "needs", """{"id": "the token"}""");

        Only("literal_credential", "approve", "It looks like Trackit's. It knows the caller by id", Findings("""{"approve": "https://t.example/in?cid={click}&st=sale&id=s3cret"}"""));
        Assert.Empty(Findings("""{"approve": "https://t.example/in?cid={click}&st=sale&id={env:ID}"}"""));
    }

    [Theory]
    [InlineData("https://10.1.2.3")]
    [InlineData("http://127.0.0.1:8090")]
    [InlineData("https://[::1]")]
    [InlineData("https://169.254.169.254")]
    [InlineData("https://localhost")]
    [InlineData("https://keitaro")]
    [InlineData("https://keitaro.local")]
    [InlineData("https://Keitaro.INTERNAL")]
    public void A_private_address(string host) => Only("private_address", "approve", "Postbacks__AllowNetworks", Findings(Approve(host)));

    [Theory]
    [InlineData("http://10.1.2.3:9999")]
    [InlineData("http://keitaro.internal:9999")]
    public void What_is_the_operators_own_is_no_private_address(string host) => Assert.Empty(Findings(Approve(host), "10.0.0.0/8"));

    [Fact]
    public void A_public_host_over_plain_http_is_found_though_the_operator_has_networks_of_his_own() =>
        Only("plain_http", "approve", "use https://", Findings(Approve("http://t.example:9999"), "10.0.0.0/8"));

    [Fact]
    public void A_port_that_is_not_called() => Only("blocked_port", "approve", "none of 80, 443, 8080, 8443", Findings(Approve("https://t.example:9999")));

    [Fact]
    public void Plain_http_is_a_warning_and_never_a_refusal() => Only("plain_http", "approve", "use https://", Findings(Approve("http://t.example")));

    [Theory]
    [InlineData("[clickid]")]
    [InlineData("%subid%")]
    [InlineData("<bannerid>")]
    [InlineData("(click.id)")]
    [InlineData("[[[subid]]]")]
    [InlineData("[=click=]")]
    public void A_macro_as_other_systems_write_it(string macro) =>
        Only("foreign_macro", "approve", $"x={macro} is sent to the letter", Findings(JsonSerializer.Serialize(new { approve = $"https://other.example/?c={{click}}&x={macro}" })));

    [Theory]
    [InlineData("""{"wait": "https://t.example/in?cid={clikc}"}""", "{clikc} is not a macro")]
    [InlineData("""{"wait": "https://t.example/in?cid=REPLACE"}""", "placeholder")]
    [InlineData("""{"wait": "https://t.example/in?cid={click}&payout=OPTIONAL"}""", "placeholder")]
    public void What_surely_cannot_work_is_refused_when_it_is_loaded(string json, string why) =>
        Assert.Contains(why, folder.Set(ConfigFolder.Campaign, "postbacks", json).Fault().Why, StringComparison.Ordinal);

    [Fact]
    public void Global_ones_are_checked_where_they_stand_and_by_the_labels_of_all_the_partners_campaigns()
    {
        folder.Set(ConfigFolder.Partner, "postbacks", """{"approve": "http://t.example/in?cid={click}&st={status}"}""");

        var findings = PostbackCheck.Of(folder.Config(), []);

        Assert.Equal([("partners/buyer.json", "unknown_status_word"), ("partners/buyer.json", "plain_http")], findings.Select(finding => (finding.File, finding.Code)));
        Assert.Equal("partners/buyer.json: approve to http://t.example:80: It goes over plain http, which anybody on the way can read and change: use https:// if the tracker has it. [plain_http]", findings[1].ToString());
    }

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(Path.Combine(Samples.Folder, "trackers")).Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Nothing_is_found_in_what_a_shipped_tracker_makes_of_its_base(string name)
    {
        folder.Write($"trackers/{name}.json", File.ReadAllText(Path.Combine(Samples.Folder, "trackers", $"{name}.json")));
        var needs = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Trackers[name].Needs.ToDictionary(need => need.Key, _ => "{env:KEY}");

        Assert.Empty(Findings(JsonSerializer.Serialize(new { tracker = name, @base = "https://t.example", parameters = needs })));
    }

    [Theory]
    [InlineData("keitaro", """{"approve": "https://k.example/KEY/postback?subid={click}&status={status}"}""", "unknown_status_word", "\"accepted\"")]
    [InlineData("keitaro", """{"wait": "https://k.example/KEY/postback?subid={click}"}""", "empty_status", "Keitaro takes a postback without a status for \"sale\"")]
    [InlineData("voluum", """{"tracker": "voluum", "url": "https://v.example/postback?cid={click}&txid={tid}", "words": {"wait": "lead", "approve": "sale"}}""", "dropped_event", "post only approve")]
    [InlineData("*", """{"wait": "https://v.example/postback?cid={click}&txid={order_id}", "approve": "https://v.example/postback?cid={click}&payout={payout}&txid={order_id}&currency={currency}"}""", "dropped_event", "If it is Voluum: Voluum counts the first of them")]
    [InlineData("*", "\"https://b.example/postback?cid={click}&txid={order_id}\"", "unnamed_tracker", "bemob or voluum-events or voluum: if it is one of them")]
    [InlineData("*", """{"cancel": "https://r.example/postback?clickid={click}&status=Rejected&sum={payout}"}""", "unknown_status_word", "It looks like RedTrack's. RedTrack does not know the status \"Rejected\"")]
    [InlineData("binom", """{"cancel": "https://b.example/click?cnv_id={sub1}&cnv_status=x&payout=5"}""", "payout_without_money", "It pays 5")]
    [InlineData("altercpa-pro", """{"approve": {"tracker": "altercpa-pro", "base": "https://a.example", "parameters": {"token": "{env:T}"}}}""", "required_first_missing", "wait first")]
    public void The_mistakes_that_people_make_with_shipped_trackers_are_found(string name, string json, string code, string why)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Samples.Folder, "trackers"), $"{name}.json"))
            folder.Write($"trackers/{Path.GetFileName(file)}", File.ReadAllText(file));

        Assert.Contains(Findings(json), finding => finding.Code == code && finding.Why.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void A_url_that_two_trackers_may_have_is_neithers_until_one_is_named()
    {
        folder.Write("trackers/other.json", Tracker);

        Only("unnamed_tracker", "wait", "other or trackit", Findings("""{"wait": "https://t.example/in?cid={click}"}"""));
    }

    [Fact]
    public void A_template_of_many_macros_is_read_in_no_time() =>
        Assert.DoesNotContain(Findings(JsonSerializer.Serialize(new { approve = $"https://t.example/in?cid={{click}}&st={string.Concat(Enumerable.Repeat("{sub1}x", 60))}" })), finding => finding.Code is "no_click_id");

    private static string Approve(string host) => JsonSerializer.Serialize(new { approve = $"{host}/?c={{click}}" });

    private IReadOnlyList<PostbackFinding> Findings(string json, string allowed = "") =>
        PostbackCheck.Of(folder.Set(ConfigFolder.Campaign, "postbacks", json).Config(), Networks.Parse("allowed", allowed));

    private static void Only(string code, string events, string why, IReadOnlyList<PostbackFinding> findings)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((ConfigFolder.Campaign, code, events), (finding.File, finding.Code, string.Join(", ", finding.Events).ToLowerInvariant()));
        Assert.Contains(why, finding.Why, StringComparison.Ordinal);
    }
}
