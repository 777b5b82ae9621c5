using System.Text.Json;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

public class DeliveryQueryTests
{
    [Fact]
    public void Each_part_is_read_and_what_is_blank_is_not_given()
    {
        var query = new DeliveryQuery("demo", " ", "https://tracker.example/", "approve", "Failed", "2026-01-31", "2026-02-01T12:00:00+01:00");

        Assert.True(query.TryRead(out var filter, out _));

        Assert.Equal(new DeliveryFilter("demo", null, "https://tracker.example:443", StatusEvent.Approve, DeliveryState.Failed,
            new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 2, 1, 11, 0, 0, TimeSpan.Zero)), filter);
        Assert.True(new DeliveryQuery().TryRead(out var all, out _));
        Assert.Equal(new DeliveryFilter(), all);
    }

    [Theory]
    [InlineData("https://tracker.example", "https://tracker.example:443")]
    [InlineData("https://tracker.example:443", "https://tracker.example:443")]
    [InlineData("HTTP://Tracker.Example:8080/postback?subid={click_id}", "http://tracker.example:8080")]
    [InlineData("tracker.example", null)]
    [InlineData("tracker.example:443", null)]
    [InlineData("ftp://tracker.example", null)]
    [InlineData("https://tracker.example:99999", null)]
    public void A_target_is_found_as_people_write_it(string written, string? target)
    {
        Assert.Equal(target is not null, new DeliveryQuery(Target: written).TryRead(out var filter, out var fault));
        Assert.Equal((target, target is null ? $"target must be the tracker's address as https://tracker.example, not \"{written}\"." : null), (filter.Target, fault));
    }

    [Theory]
    [InlineData(typeof(BulkResend))]
    [InlineData(typeof(RemapOrder))]
    [InlineData(typeof(Trial))]
    [InlineData(typeof(ResendOrder))]
    [InlineData(typeof(CancelOrder))]
    public void A_member_that_an_order_does_not_have_is_no_order(Type order)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        Assert.NotNull(JsonSerializer.Deserialize("""{"reason":"a"}""".Replace("reason", order == typeof(Trial) ? "comment" : "reason", StringComparison.Ordinal), order, options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"dryRun":true}""", order, options));
    }

    [Theory]
    [InlineData("won", null, null, "event must be one of wait, hold, approve, cancel, trash, not \"won\".")]
    [InlineData("2", null, null, "event must be one of wait, hold, approve, cancel, trash, not \"2\".")]
    [InlineData(null, "lost", null, "state must be one of waiting, behind, claimed, delivered, failed, superseded, cancelled, not \"lost\".")]
    [InlineData(null, null, "yesterday", "from must be a time as 2026-01-31 or 2026-01-31T12:00:00Z, not \"yesterday\".")]
    public void What_cannot_be_read_is_a_sentence(string? statusEvent, string? state, string? from, string expected)
    {
        Assert.False(new DeliveryQuery(Event: statusEvent, State: state, From: from).TryRead(out _, out var fault));
        Assert.Equal(expected, fault);
    }
}
