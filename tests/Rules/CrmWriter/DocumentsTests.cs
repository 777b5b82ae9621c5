using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>The variables of the documents: every kind of mapping, and what is absent is left out.</summary>
public class DocumentsTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");

    [Theory]
    [InlineData("phone", "phoneFields.tel", """{"phoneFields":[{"field":"tel","value":"+491701234567"}]}""")]
    [InlineData("click_id", "stringFields.click", """{"stringFields":[{"field":"click","value":"c-1"}]}""")]
    [InlineData("lead_id", "stringFields.lead", """{"stringFields":[{"field":"lead","value":"0190163d-8694-739b-aea5-966c26f8ad91"}]}""")]
    [InlineData("sub7", "stringFields.s7", """{"stringFields":[{"field":"s7","value":"seven"}]}""")]
    [InlineData("param.Wish", "stringFields.wish", """{"stringFields":[{"field":"wish","value":"blue"}]}""")]
    [InlineData("email", "emailFields.mail", """{"emailFields":[{"field":"mail","value":"a@b.example"}]}""")]
    [InlineData("name", "humanNameFields.who", """{"humanNameFields":[{"field":"who","value":{"firstName":"Ann","lastName":"Lee"}}]}""")]
    [InlineData("first_name", "humanNameFields.who", """{"humanNameFields":[{"field":"who","value":{"firstName":"Ann"}}]}""")]
    [InlineData("name", "stringFields.who", """{"stringFields":[{"field":"who","value":"Ann Lee"}]}""")]
    [InlineData("address", "addressFields.at", """{"addressFields":[{"field":"at","value":{"postcode":"10115","region":"BE","city":"Berlin","address_1":"Weg 1"}}]}""")]
    [InlineData("city", "addressFields.at", """{"addressFields":[{"field":"at","value":{"address_1":"Berlin"}}]}""")]
    [InlineData("city", "stringFields.at", """{"stringFields":[{"field":"at","value":"Berlin"}]}""")]
    public void A_field_goes_where_the_mapping_puts_it(string field, string target, string orderData) =>
        AssertJson(orderData, Input(Full, (field, target))["orderData"]);

    [Theory]
    [InlineData("ip", "source.ip", """{"ip":"192.0.2.1"}""")]
    [InlineData("utm_source", "source.utm_source", """{"utm_source":"news"}""")]
    [InlineData("sub7", "source.subid_1", """{"subid_1":"seven"}""")]
    [InlineData("lead_id", "source.uri", """{"uri":"0190163d-8694-739b-aea5-966c26f8ad91"}""")]
    public void A_field_can_go_to_the_orders_source(string field, string target, string source) =>
        AssertJson(source, Input(Full, (field, target))["source"]);

    [Fact]
    public void Fields_of_one_kind_share_a_list_in_the_mappings_order() => AssertJson("""
        {"stringFields":[{"field":"b","value":"seven"},{"field":"a","value":"c-1"}],"phoneFields":[{"field":"p","value":"+491701234567"}]}
        """, Input(Full, ("sub7", "stringFields.b"), ("phone", "phoneFields.p"), ("click_id", "stringFields.a"))["orderData"]);

    [Theory]
    [InlineData("sub2", "stringFields.x")]
    [InlineData("param.none", "stringFields.x")]
    [InlineData("name", "humanNameFields.x")]
    [InlineData("name", "stringFields.x")]
    [InlineData("address", "addressFields.x")]
    [InlineData("email", "emailFields.x")]
    [InlineData("ip", "source.ip")]
    public void What_the_lead_does_not_have_is_left_out(string field, string target)
    {
        var input = Input(Builders.Lead(("phone", "+491701234567")), (field, target));

        AssertJson("""{"statusId":"1","projectId":"10"}""", input);
    }

    [Fact]
    public void Parts_that_are_absent_are_left_out_of_names_and_addresses()
    {
        var lead = Builders.Lead(("last_name", "Lee"), ("city", "Berlin"));

        AssertJson("""{"humanNameFields":[{"field":"x","value":{"lastName":"Lee"}}]}""", Input(lead, ("name", "humanNameFields.x"))["orderData"]);
        AssertJson("""{"addressFields":[{"field":"x","value":{"city":"Berlin"}}]}""", Input(lead, ("address", "addressFields.x"))["orderData"]);
        AssertJson("""{"stringFields":[{"field":"x","value":"Lee"}]}""", Input(lead, ("name", "stringFields.x"))["orderData"]);
    }

    [Fact]
    public void The_webmaster_and_the_offer_are_named_when_the_campaign_has_both()
    {
        var campaign = Builders.Campaign() with { OfferId = "8", WebmasterId = "7" };

        AssertJson("""{"webmasterId":"7","offerId":"8"}""", Documents.ForAddOrder(LeadId, Full, campaign)["input"]!["lead"]);
        Assert.Null(Documents.ForAddOrder(LeadId, Full, Builders.Campaign())["input"]!["lead"]);
    }

    [Fact]
    public void No_null_is_ever_sent()
    {
        var mapping = new[] { "phone", "name", "address", "email", "sub1", "sub7", "click_id", "ip", "param.none", "comment" }
            .Select((field, i) => (field, field switch { "ip" => "source.ip", "name" => "humanNameFields.n", "address" => "addressFields.a", _ => $"stringFields.f{i}" })).ToArray();

        foreach (var lead in new[] { Full, Builders.Lead(), Builders.Lead(("phone", "+491701234567")) })
            Assert.DoesNotContain("null", Input(lead, mapping).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_names_the_order_and_the_status() =>
        AssertJson("""{"input":{"id":"1001","statusId":"3"}}""", Documents.ForUpdateOrder("1001", "3"));

    internal static readonly Lead Full = Builders.Lead(
        ("phone", "+491701234567"), ("phone_raw", "0170 1234567"), ("country", "DE"), ("first_name", "Ann"), ("last_name", "Lee"), ("email", "a@b.example"), ("click_id", "c-1"),
        ("sub1", "one"), ("sub7", "seven"), ("utm_source", "news"), ("address", "Weg 1"), ("city", "Berlin"), ("region", "BE"), ("postcode", "10115"), ("ip", "192.0.2.1"),
        ("referrer", "https://landing.example/?a=1"), ("comment", "\"quoted\" \u2028 ü 😀"), ("param.Wish", "blue"));

    private static JsonNode Input(Lead lead, params (string Field, string Target)[] mapping)
    {
        var campaign = Builders.Campaign() with { FieldMapping = new OrderedDictionary<string, string>(mapping.Select(m => KeyValuePair.Create(m.Field, m.Target))) };
        return Documents.ForAddOrder(LeadId, lead, campaign)["input"]!;
    }

    private static void AssertJson(string expected, JsonNode? actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}, got {actual?.ToJsonString()}");
}
