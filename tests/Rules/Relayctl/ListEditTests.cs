namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>Lists as people write them, and where a new name goes.</summary>
public sealed class ListEditTests : IDisposable
{
    private const string AsShipped = "[\"demo-partner\", \"demo-advertiser\"]";

    private readonly CopyOfSamples folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("[\"demo-partner\"]", "[\"demo-partner\", \"buyer\"]")]
    [InlineData("[ \"demo-partner\", ]", "[ \"demo-partner\", \"buyer\" ]")]
    [InlineData("[\"demo-partner\" /* a, b */]", "[\"demo-partner\", /* a, b */ \"buyer\"]")]
    [InlineData("[\n    \"demo-partner\" // ours, [sic]\n  ]", "[\n    \"demo-partner\", // ours, [sic]\n    \"buyer\"\n  ]")]
    [InlineData("[\n    \"demo-partner\", // ours\n    // nobody else\n  ]", "[\n    \"demo-partner\", // ours\n    // nobody else\n    \"buyer\"\n  ]")]
    [InlineData("[\r\n\t\"demo-partner\"\r\n\t]", "[\r\n\t\"demo-partner\",\r\n\t\"buyer\"\r\n\t]")]
    [InlineData("// \"partners\": []\n  [\"demo-partner\"]", "// \"partners\": []\n  [\"demo-partner\", \"buyer\"]")]
    public void A_name_is_added_and_everything_else_stays(string before, string after)
    {
        folder.Write("campaigns/demo.json", folder.Read("campaigns/demo.json").Replace(AsShipped, before, StringComparison.Ordinal));
        folder.Do("partner new buyer --campaign demo");

        Assert.Contains($"\"partners\": {after},", folder.Read("campaigns/demo.json"), StringComparison.Ordinal);
        Assert.Contains("buyer", folder.Config().Campaigns["demo"].Partners);
    }

    [Fact]
    public void A_byte_order_mark_is_no_obstacle()
    {
        folder.Write("campaigns/demo.json", "\uFEFF" + folder.Read("campaigns/demo.json"));
        folder.Do("partner new buyer --campaign demo");

        Assert.Contains("buyer", folder.Config().Campaigns["demo"].Partners);
    }

    [Theory]
    [InlineData("\"demo-partner\"")]
    [InlineData("[\"demo-partner\"")]
    public void What_is_no_list_is_said_and_left_alone(string spoiled)
    {
        folder.Write("campaigns/demo.json", folder.Read("campaigns/demo.json").Replace(AsShipped, spoiled, StringComparison.Ordinal));
        var before = folder.Everything();
        var (code, _, errors) = folder.Run("partner new buyer --campaign demo");

        Assert.Equal(1, code);
        Assert.Contains("campaigns/demo.json", errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }
}
