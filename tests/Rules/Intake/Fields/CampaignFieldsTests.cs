using LeadRelay.Contracts;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.Intake.Fields;

/// <summary>What a campaign says about fields and goods.</summary>
public sealed class CampaignFieldsTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_given_is_read()
    {
        var campaign = folder
            .Set(ConfigFolder.Campaign, "field_aliases", """{"comment": ["wish", "deep.name"], "sub15": ["x"], "phone_prefix": ["cc"]}""")
            .Set(ConfigFolder.Campaign, "click_id_fields", """["subid", "sub1"]""")
            .Set(ConfigFolder.Campaign, "cart", """[{"item_id": 5, "price": 49.90}, {"item_id": 6, "variation": 0, "quantity": 2, "price": 0}]""")
            .Config().Campaigns["first"];

        Assert.Equal(["wish", "deep.name"], campaign.FieldAliases["comment"]);
        Assert.Equal(["subid", "sub1"], campaign.ClickIdFields);
        Assert.Equal([new CartItem(5, 1, 1, 49.90m), new CartItem(6, 0, 2, 0)], campaign.Cart);
    }

    [Theory]
    [InlineData("field_aliases", """{"clickid": ["x"]}""", "field_aliases.clickid", "Did you mean \"click_id\"?")]
    [InlineData("field_aliases", """{"lead_id": ["x"]}""", "field_aliases.lead_id", "not a field that partners send")]
    [InlineData("field_aliases", """{"param.x": ["x"]}""", "field_aliases.param.x", "not a field that partners send")]
    [InlineData("field_aliases", """{"sub16": ["x"]}""", "field_aliases.sub16", "not a field that partners send")]
    [InlineData("field_aliases", """{"comment": "wish"}""", "field_aliases.comment", "a list")]
    [InlineData("field_aliases", """{"comment": []}""", "field_aliases.comment", "1 to 50")]
    [InlineData("field_aliases", """{"comment": ["a b"]}""", "field_aliases.comment[0]", "without spaces")]
    [InlineData("click_id_fields", "[]", "click_id_fields", "1 to 50")]
    [InlineData("cart", "[]", "cart", "1 to 50")]
    [InlineData("cart", """[{"item_id": 5}]""", "cart[0].price", "missing")]
    [InlineData("cart", """[{"item_id": 1.5, "price": 1}]""", "cart[0].item_id", "a whole number")]
    [InlineData("cart", """[{"item_id": 1, "price": -1}]""", "cart[0].price", "from 0")]
    [InlineData("cart", """[{"item_id": 1, "price": 1, "qty": 1}]""", "cart[0].qty", "not known here")]
    public void What_is_wrong_is_said(string key, string json, string at, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, key, json).Fault();

        Assert.Equal(at, fault.Key);
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void Two_chains_for_the_click_id_are_one_too_many()
    {
        folder.Set(ConfigFolder.Campaign, "click_id_fields", """["subid"]""").Set(ConfigFolder.Campaign, "field_aliases", """{"click_id": ["x"]}""");

        Assert.Contains("keep one of the two", folder.Fault().Why);
    }
}
