using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Relayctl;
using LeadRelay.Sandbox.GraphQl;
using LeadRelay.Tests.Rules.Configuration;
using InputField = LeadRelay.Relayctl.InputField;
using InputType = LeadRelay.Relayctl.InputType;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>What the relay would send, against the known schema and against others.</summary>
public class InputRulesTests
{
    private static readonly string Known = File.ReadAllText(Path.Combine(Samples.Folder, "../tests/salesrender.graphql"));

    [Fact]
    public void What_the_sample_campaign_sends_is_all_there() =>
        Assert.All([SentInput.AddOrder(Demo()), SentInput.UpdateOrder], sent => Assert.All(Compare(sent, Known), finding => Assert.Equal(Verdict.Ok, finding.Verdict)));

    [Theory]
    [InlineData("cart: CartInput source: SourceInput lead", "source: SourceInput lead", "AddOrderInput.cart", "no such input. It is sent for cart")]
    [InlineData("refererUri: String ip: String", "refererUri: String", "AddOrderInput.source.ip", "sent for field_mapping.ip: take that out")]
    [InlineData("orderData: OrderDataInput cart", "orderData: OrderDataInput channel: [ID!]! cart", "AddOrderInput.channel", "requires it, and this campaign does not send it")]
    [InlineData("input HumanNameFieldInput {", "input HumanNameFieldInput { locale: String!", "AddOrderInput.orderData.humanNameFields[].locale", "requires it")]
    [InlineData("phoneFields: [StringFieldInput!] ", "phoneFields: StringFieldInput ", "AddOrderInput.orderData.phoneFields[]", "takes one StringFieldInput here")]
    [InlineData("field: String! value: HumanNameInput!", "field: String! value: String!", "AddOrderInput.orderData.humanNameFields[].value", "relay sends an object")]
    [InlineData("input AddOrderInput { statusId: ID!", "input AddOrderInput { statusId: Pagination!", "AddOrderInput.statusId", "for initial_status_id the relay sends a single value")]
    [InlineData("AddOrderInput", "NewOrderInput", "AddOrderInput", "no input type AddOrderInput")]
    public void Another_schema_is_a_fault_that_says_where_and_why(string known, string other, string subject, string says)
    {
        Assert.Contains(known, Known, StringComparison.Ordinal);
        var fault = Assert.Single(Compare(SentInput.AddOrder(Demo()), Known.Replace(known, other, StringComparison.Ordinal)), finding => finding.Verdict is Verdict.Fault);
        Assert.Equal(subject, fault.Subject);
        Assert.Contains(says, fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lead_for_a_webmaster_is_all_there_where_its_slots_are()
    {
        var campaign = Demo() with
        {
            FieldMapping = new OrderedDictionary<string, string>
            {
                ["phone"] = "data.phone_1", ["name"] = "data.humanName_1", ["address"] = "data.address_1", ["click_id"] = "data.string_1", ["email"] = "data.email_1", ["ip"] = "source.ip",
            },
        };
        Assert.Equal(
            [
                "offerId", "externalId", "data.phone_1", "data.humanName_1.firstName", "data.humanName_1.lastName", "data.address_1.postcode", "data.address_1.region", "data.address_1.city",
                "data.address_1.address_1", "data.string_1", "data.email_1", "source.ip", "cart.items[].itemId", "cart.items[].variation", "cart.items[].quantity", "cart.items[].price",
            ],
            SentInput.AddLead(campaign).Paths.Select(sent => sent.Path));
        Assert.All(Compare(SentInput.AddLead(campaign), Known), finding => Assert.Equal(Verdict.Ok, finding.Verdict));

        var wrong = campaign with { FieldMapping = new Dictionary<string, string> { ["click_id"] = "data.string_11" } };
        Assert.Equal("AddLeadInput.data.string_11", Assert.Single(Compare(SentInput.AddLead(wrong), Known), finding => finding.Verdict is Verdict.Fault).Subject);
    }

    [Fact]
    public void Only_a_campaign_with_an_offer_sends_whose_lead_it_is()
    {
        Assert.Contains("lead.offerId", SentInput.AddOrder(Demo()).Paths.Select(sent => sent.Path));
        Assert.DoesNotContain("lead.offerId", SentInput.AddOrder(Demo() with { OfferId = null, WebmasterId = null }).Paths.Select(sent => sent.Path));
    }

    [Fact]
    public void A_default_makes_an_input_one_that_can_be_left_out()
    {
        var type = CrmQueries.ReadInput(JsonNode.Parse("""
            {"__type":{"kind":"INPUT_OBJECT","inputFields":[
              {"name":"plain","defaultValue":null,"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","name":"ID","ofType":null}}},
              {"name":"kept","defaultValue":"\"x\"","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","name":"ID","ofType":null}}},
              {"name":"many","defaultValue":null,"type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"INPUT_OBJECT","name":"Item"}}}}}]}}
            """)!)!;
        Assert.Equal(
            [new InputField("ID", false, false, true), new InputField("ID", false, false, false), new InputField("Item", true, true, true)],
            type.Fields.Values);
    }

    private static IReadOnlyList<Finding> Compare(SentInput sent, string schema)
    {
        var resolve = Introspection.Of(Introspection.AddTo(SchemaParser.Parse(schema)));
        var types = new Dictionary<string, InputType?>();
        for (IReadOnlyList<string> unread; (unread = InputRules.Unread(sent, types)).Count > 0;)
        {
            foreach (var name in unread)
                types[name] = CrmQueries.ReadInput(new JsonObject { ["__type"] = resolve(CrmQueries.ForInput(name)) });
        }
        return InputRules.Compare(sent, types);
    }

    private static Campaign Demo() => ConfigLoader.Load(Samples.Folder, "embedded").Config!.Campaigns["demo"];
}
