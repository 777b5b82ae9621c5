using LeadRelay.Intake;
using Microsoft.AspNetCore.Http;

namespace LeadRelay.Tests.Rules.Intake;

public class PreferTests
{
    private static readonly TimeSpan Campaigns = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(null, 5)]
    [InlineData("", 5)]
    [InlineData("wait=2", 2)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=2.5", 2.5)]
    [InlineData("Wait=2", 2)]
    [InlineData("wait=30", 30)]
    [InlineData("wait=31", 30)]
    [InlineData("wait=99999999999999999999", 30)]
    [InlineData("respond-async", 0)]
    [InlineData("Respond-Async", 0)]
    [InlineData("respond-async, wait=10", 0)]
    [InlineData("handling=lenient, wait=10", 10)]
    [InlineData("return=minimal; wait=10", 10)]
    [InlineData("wait=-1", 5)]
    [InlineData("wait=soon", 5)]
    [InlineData("wait=", 5)]
    [InlineData("wait=1e1", 5)]
    [InlineData("wait=NaN", 5)]
    [InlineData("waiting=3", 5)]
    public void The_wait_is_as_preferred_up_to_30_seconds_else_the_campaigns(string? header, double seconds)
    {
        var http = new DefaultHttpContext();
        if (header is not null)
            http.Request.Headers["Prefer"] = header;

        Assert.Equal(TimeSpan.FromSeconds(seconds), Prefer.Wait(http.Request, Campaigns));
    }

    [Fact]
    public void Several_headers_count_as_one()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Prefer"] = new[] { "handling=lenient", "wait=7" };

        Assert.Equal(TimeSpan.FromSeconds(7), Prefer.Wait(http.Request, Campaigns));
    }
}
