using System.Text.Json.Nodes;
using LeadRelay.WebhookReceiver;

namespace LeadRelay.Tests.Rules.WebhookReceiver;

public class JsonPathTests
{
    private static readonly JsonNode Order = JsonNode.Parse("""
        {"id":"1001","number":5,"price":12.50,"yes":true,"no":false,"nothing":null,"list":["x"],"status":{"id":3,"deep":{"er":"d"}},
         "a.b":"whole name","data":{"stringFields":[{"field":{"id":"7","name":"click"},"value":"by name"},{"field":"plain","value":"by text"},{"field":8,"value":"by number"},"odd",null,5,[],{"value":"no field"}]}}
        """)!;

    [Theory]
    [InlineData("id", "1001")]
    [InlineData("number", "5")]
    [InlineData("price", "12.50")]
    [InlineData("yes", "true")]
    [InlineData("no", "false")]
    [InlineData("status.id", "3")]
    [InlineData("status.deep.er", "d")]
    [InlineData("a.b", "whole name")]
    [InlineData("data.stringFields[click].value", "by name")]
    [InlineData("data.stringFields[7].value", "by name")]
    [InlineData("data.stringFields[plain].value", "by text")]
    [InlineData("data.stringFields[8].value", "by number")]
    [InlineData("nothing", null)]
    [InlineData("list", null)]
    [InlineData("status", null)]
    [InlineData("missing", null)]
    [InlineData("id.more", null)]
    [InlineData("list.0", null)]
    [InlineData("nothing.more", null)]
    [InlineData("data.stringFields[none].value", null)]
    [InlineData("data.stringFields[click]", null)]
    [InlineData("data.stringFields[click].value.more", null)]
    [InlineData("status[click].value", null)]
    [InlineData("ID", null)]
    public void A_path_finds(string path, string? text) => Assert.Equal(text, JsonPath.Text(Order, path));

    [Theory]
    [InlineData("5")]
    [InlineData("\"x\"")]
    [InlineData("[]")]
    [InlineData("[{\"id\":1}]")]
    public void Nothing_is_found_in_what_is_no_object(string json) => Assert.Null(JsonPath.Text(JsonNode.Parse(json)!, "id"));

    [Fact]
    public void A_text_that_is_no_text_is_not_found() => Assert.Null(JsonPath.Text(JsonNode.Parse("""{"id":"\ud800"}""")!, "id"));
}
