using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.WebhookReceiver;

/// <summary>What is read of one order.</summary>
public class ReceivedOrderTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");

    [Theory]
    [InlineData("""{"id":"1","lead":{"externalId":"0190163d-8694-739b-aea5-966c26f8ad91"}}""")]
    [InlineData("""{"id":"1","externalId":"0190163D-8694-739B-AEA5-966C26F8AD91"}""")]
    [InlineData("""{"id":"1","data":{"stringFields":[{"field":{"name":"lead_id"},"value":"0190163d-8694-739b-aea5-966c26f8ad91"}]}}""")]
    public void Our_lead_id_is_read_where_it_was_put(string body) => Assert.Equal(LeadId, Webhook.ReadOne(body).About.LeadId);

    [Fact]
    public void Somebody_elses_external_id_is_no_lead_id()
    {
        var about = Webhook.ReadOne("""{"id":"1","externalId":"A-77"}""").About;

        Assert.Equal((null, "1"), (about.LeadId, about.OrderId));
    }

    [Fact]
    public void Everything_there_is_in_the_known_shape_is_read()
    {
        var message = Webhook.ReadOne("""
            {"id":"1001","status":{"id":"4","name":"Rejected","group":"CANCELED"},"comment":" too dear ","statusChangedAt":"2026-03-04T05:06:07.250Z",
             "lead":{"webmaster":{"id":7},"offer":{"id":"8"},"reward":{"amount":12.5,"currency":"EUR"}},"data":{"string_1":"click-1"}}
            """);

        Assert.Equal(("4", "CANCELED", "too dear", "7", "8"), (message.StatusId, message.StatusGroup, message.Comment, message.WebmasterId, message.OfferId));
        Assert.Equal(new Reward(12.5m, "EUR"), message.Reward);
        Assert.Equal(Builders.Now.AddMilliseconds(250), message.StatusChangedAt);
    }

    [Theory]
    [InlineData("12.50", RewardUnit.Major, "12.50")]
    [InlineData("1250", RewardUnit.Minor, "12.5")]
    [InlineData("1", RewardUnit.Minor, "0.01")]
    [InlineData("0", RewardUnit.Major, "0")]
    [InlineData("12.5e1", RewardUnit.Major, "125")]
    [InlineData(" 7 ", RewardUnit.Major, "7")]
    [InlineData("12,50", RewardUnit.Major, null)]
    [InlineData("1,250", RewardUnit.Major, null)]
    [InlineData("1.250,00", RewardUnit.Major, null)]
    [InlineData("12.50 EUR", RewardUnit.Major, null)]
    [InlineData("1e99", RewardUnit.Major, null)]
    [InlineData("NaN", RewardUnit.Major, null)]
    public void A_reward_is_read_in_its_unit_or_not_at_all(string amount, RewardUnit unit, string? reward)
    {
        var settings = Webhook.Settings with { RewardUnit = unit };

        var message = Webhook.ReadOne($$"""{"id":"1","reward":{"value":"{{amount}}","currency":"EUR"},"click_id":"c"}""", settings: settings);

        Assert.Equal(reward is null ? null : new Reward(decimal.Parse(reward, System.Globalization.CultureInfo.InvariantCulture), "EUR"), message.Reward);
        Assert.Equal(reward is null, message.Findings.Any(finding => finding.Contains(amount, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("lead", "amount")]
    [InlineData("", "amount")]
    [InlineData("", "value")]
    public void A_reward_is_read_from_every_known_place(string parent, string name)
    {
        var reward = new JsonObject { ["reward"] = new JsonObject { [name] = 5, ["currency"] = "EUR" } };
        var body = parent is "" ? reward : new JsonObject { [parent] = reward };
        body["id"] = "1";

        Assert.Equal(new Reward(5, "EUR"), Webhook.ReadOne(body.ToJsonString()).Reward);
    }

    [Fact]
    public void The_official_receivers_form_is_read()
    {
        var message = Webhook.ReadOne("externalId=0190163d-8694-739b-aea5-966c26f8ad91&statusGroup=APPROVED&status=3&reward[value]=12.50&reward[currency]=EUR");

        Assert.Equal((LeadId, "3", "APPROVED"), (message.About.LeadId!.Value, message.StatusId, message.StatusGroup));
        Assert.Equal(new Reward(12.50m, "EUR"), message.Reward);
    }

    [Theory]
    [InlineData("\"2026-03-04T05:06:07Z\"", 0)]
    [InlineData("\"2026-03-04T07:06:07+02:00\"", 0)]
    [InlineData("\"2026-03-04 05:06:07\"", 0)]
    [InlineData("\"2026-03-04T05:06:07\"", 0)]
    [InlineData("\"2026-03-04T05:06:07.001Z\"", 1)]
    [InlineData("1772600767", 0)]
    [InlineData("\"1772600767\"", 0)]
    [InlineData("1772600767250", 250)]
    [InlineData("\"yesterday\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("-5", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("{}", null)]
    public void The_time_of_the_change_is_read_in_every_known_form(string json, int? milliseconds) => Assert.Equal(
        milliseconds is { } ms ? Builders.Now.AddMilliseconds(ms) : null, Webhook.ReadOne($$"""{"id":"1","statusChangedAt":{{json}}}""").StatusChangedAt);

    [Theory]
    [InlineData("{{data.string_1}}")]
    [InlineData("{click_id}")]
    [InlineData("%7B%7Bdata.string_1%7D%7D")]
    public void A_macro_that_nothing_filled_in_is_a_finding_and_no_value(string macro)
    {
        var message = Webhook.ReadOne("", $"?click_id={Uri.EscapeDataString(macro)}&order_id=1001&status=3");

        Assert.Null(message.About.ClickId);
        Assert.Contains(message.Findings, finding => finding.Contains(macro, StringComparison.Ordinal) && finding.Contains("Field visibility", StringComparison.Ordinal));
    }

    [Fact]
    public void A_webhook_without_a_click_id_says_what_to_check() =>
        Assert.Contains("no click id", Assert.Single(Webhook.ReadOne("""{"id":"1","status":"3"}""").Findings), StringComparison.Ordinal);

    [Fact]
    public void The_first_path_with_something_in_it_counts()
    {
        var settings = Webhook.Settings with
        {
            Paths = new Dictionary<WebhookField, IReadOnlyList<string>>(Webhook.Settings.Paths) { [WebhookField.Comment] = ["data.stringFields[why].value", "note", "comment"] },
        };

        Assert.Equal("b", Webhook.ReadOne("""{"id":"1","note":" ","comment":"b"}""", settings: settings).Comment);
        Assert.Equal("a", Webhook.ReadOne("""{"id":"1","comment":"b","data":{"stringFields":[{"field":"why","value":"a"}]}}""", settings: settings).Comment);
    }
}
