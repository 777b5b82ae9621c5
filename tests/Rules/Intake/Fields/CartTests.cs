using LeadRelay.Contracts;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class CartTests
{
    private const string Phone = "\"phone\":\"+4915112345678\"";

    [Theory]
    [InlineData($$"""{{{Phone}},"cart":[{"id":5,"price":49.9},{"item":"6","variation":2,"quantity":3,"price":"10,5"}]}""")]
    [InlineData($$"""{{{Phone}},"data":{"cart":{"items":[{"itemId":5,"price":49.90},{"item_id":6,"variation":2,"count":3,"price":10.50}]} } }""")]
    [InlineData("phone=%2B4915112345678&cart[0][id]=5&cart[0][price]=49.9&cart[1][id]=6&cart[1][variation]=2&cart[1][qty]=3&cart[1][price]=10.5")]
    public void A_list_is_a_cart(string body)
    {
        var result = Bodies.Normalise(body);

        Assert.Null(result.Refusal);
        Assert.Equal([new CartItem(5, 1, 1, 49.9m), new CartItem(6, 2, 3, 10.5m)], result.Lead.Cart);
        Assert.Empty(result.Lead.Params);
    }

    [Fact]
    public void Flat_fields_are_a_cart_of_one_and_stay_parameters()
    {
        var lead = Bodies.Lead(("goods_id", "5"), ("count", "2"), ("price", "49.90")).Lead;

        Assert.Equal([new CartItem(5, 1, 2, 49.90m)], lead.Cart);
        Assert.Equal("49.90", lead.Params["price"]);
    }

    [Theory]
    [InlineData("product_id", "5", "currency", "EUR")]
    [InlineData("product_id", "SKU-5", "price", "49")]
    [InlineData("product_id", "5", "price", "1990 руб")]
    [InlineData("product_id", "5", "price", "1,000")]
    [InlineData("offer", "5", "price", "49")]
    public void What_does_not_mean_a_cart_makes_none(string name, string value, string other, string otherValue)
    {
        var result = Bodies.Lead((name, value), (other, otherValue));

        Assert.Null(result.Refusal);
        Assert.Empty(result.Lead.Cart!);
        Assert.Equal((value, otherValue), (result.Lead.Params[name], result.Lead.Params[other]));
    }

    [Theory]
    [InlineData("""[{"id":5}]""", "price is missing")]
    [InlineData("""[{"id":5,"price":-1}]""", "from 0")]
    [InlineData("""[{"id":5,"price":10000000.01}]""", "from 0")]
    [InlineData("""[{"id":5,"price":1e400}]""", "from 0")]
    [InlineData("""[{"id":5,"price":"1,000.50"}]""", "from 0")]
    [InlineData("""[{"id":5,"price":"1,000"}]""", "from 0")]
    [InlineData("""[{"id":0,"price":1}]""", "id must be")]
    [InlineData("""[{"price":1}]""", "id must be")]
    [InlineData("""[{"id":5,"price":1},{"id":"x","price":1}]""", "cart.1: the item's id")]
    [InlineData("""[{"id":5,"price":1,"quantity":0}]""", "quantity must be")]
    [InlineData("""[{"id":5,"price":1,"quantity":1.5}]""", "quantity must be")]
    [InlineData("""[{"id":5,"price":1,"variation":-1}]""", "variation must be")]
    [InlineData("""[5,6]""", "id must be")]
    public void A_list_that_is_no_cart_is_refused(string cart, string why)
    {
        var refusal = Bodies.Normalise($$"""{{{Phone}},"cart":{{cart}}}""").Refusal!;

        Assert.Equal((422, "invalid_cart", "cart"), (refusal.Status, refusal.Code, refusal.Field));
        Assert.Contains(why, refusal.Text);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("10000001")]
    public void A_flat_item_with_an_absurd_price_is_refused(string price) =>
        Assert.Equal("invalid_cart", Bodies.Lead(("product_id", "5"), ("price", price)).Refusal!.Code);

    [Theory]
    [InlineData("49.9", 4990)]
    [InlineData("0.005", 1)]
    [InlineData("0.004", 0)]
    [InlineData("10000000", 1_000_000_000)]
    public void SalesRender_gets_minor_units(string price, int minor)
    {
        var lead = Bodies.Lead(("product_id", "5"), ("price", price)).Lead;

        var cart = Documents.ForAddOrder(Builders.NewId(), lead, Builders.Campaign())["input"]!["cart"]!;

        Assert.Equal($$"""{"items":[{"itemId":5,"variation":1,"quantity":1,"price":{{minor}}}]}""", cart.ToJsonString());
    }

    [Fact]
    public void A_lead_without_goods_gets_the_campaigns_or_none()
    {
        var (lead, campaign) = (Bodies.Lead().Lead, Builders.Campaign());

        Assert.Null(Documents.ForAddOrder(Builders.NewId(), lead, campaign)["input"]!["cart"]);
        var input = Documents.ForAddOrder(Builders.NewId(), lead, campaign with { Cart = [new CartItem(9, 1, 1, 1m)] })["input"]!;
        Assert.Equal(9, (int)input["cart"]!["items"]![0]!["itemId"]!);
    }
}
