using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Places of hosts, and hosts that are left alone for a while.</summary>
public class HostsTests
{
    private const string Host = "https://t.example";
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private readonly ManualClock clock = new();
    private readonly Hosts hosts;

    public HostsTests() => hosts = new Hosts(clock, NullLogger<Hosts>.Instance);

    [Fact]
    public void A_call_takes_a_place_in_its_own_lane_alone()
    {
        hosts.Enter(Host, Lane.First);
        hosts.Enter(Host, Lane.First);
        hosts.Enter("https://u.example", Lane.Retry);

        Assert.Equal(Hosts.PlacesPerLane - 2, Free(Lane.First));
        Assert.Equal(Hosts.PlacesPerLane, Free(Lane.Retry));
    }

    [Fact]
    public void Of_a_quick_host_more_are_claimed_ahead_until_it_is_slow()
    {
        for (var i = 0; i < 3; i++)
            hosts.Enter(Host, Lane.First);
        hosts.Leave(Host, Lane.First, isUp: true, TimeSpan.FromMilliseconds(50));
        Assert.Equal(Hosts.PlacesPerLane + Hosts.Ahead - 2, Free(Lane.First));

        hosts.Leave(Host, Lane.First, isUp: true, Slow);
        Assert.Equal(Hosts.PlacesPerLane - 1, Free(Lane.First));
    }

    [Fact]
    public async Task What_is_claimed_ahead_is_called_when_a_place_is_free_and_not_when_the_host_is_left_alone_since()
    {
        var claims = Enumerable.Range(0, Hosts.PlacesPerLane + 2).Select(_ =>
        {
            hosts.Enter(Host, Lane.First);
            return hosts.BeginAsync(Host, Lane.First);
        }).ToArray();
        Assert.Equal(Hosts.PlacesPerLane, claims.Count(claim => claim.IsCompletedSuccessfully && claim.Result));

        hosts.Leave(Host, Lane.First, isUp: true, Slow);
        Assert.True(await claims[^2]);
        Call(isUp: false, Hosts.FailuresInARow, Lane.Retry);
        hosts.Leave(Host, Lane.First, isUp: null, Slow);
        Assert.False(await claims[^1]);
    }

    [Fact]
    public void What_is_not_in_use_and_works_is_not_remembered()
    {
        hosts.Enter(Host, Lane.First);
        hosts.Leave(Host, Lane.First, isUp: true, Slow);

        Assert.Empty(hosts.Places(Lane.First));
    }

    [Fact]
    public void A_host_that_fails_again_and_again_is_left_alone_then_tried_with_one_call()
    {
        Call(isUp: false, Hosts.FailuresInARow - 1);
        Assert.Equal(Hosts.PlacesPerLane, Free(Lane.First));
        Call(isUp: false);
        Assert.Equal((0, 0), (Free(Lane.First), Free(Lane.Retry)));
        Assert.Equal(clock.GetUtcNow() + Hosts.Pause, hosts.PausedUntil(Host));

        clock.Advance(Hosts.Pause);
        Assert.Equal((1, 1), (Free(Lane.First), Free(Lane.Retry)));
        hosts.Enter(Host, Lane.Retry);
        Assert.Equal((0, 0), (Free(Lane.First), Free(Lane.Retry)));
        hosts.Leave(Host, Lane.Retry, isUp: false, Slow);
        Assert.Equal(0, Free(Lane.First));

        clock.Advance(Hosts.Pause);
        Call(isUp: true);
        Assert.Equal(Hosts.PlacesPerLane, Free(Lane.First));
        Assert.Null(hosts.PausedUntil(Host));
    }

    [Fact]
    public void What_is_left_alone_is_told_with_a_reason_also_while_a_call_tries_it()
    {
        Call(isUp: false, Hosts.FailuresInARow - 1);
        Assert.Empty(hosts.Pauses());
        Call(isUp: false);

        var pause = Assert.Single(hosts.Pauses());
        Assert.Equal((Host, clock.GetUtcNow() + Hosts.Pause), (pause.Name, pause.Until));
        Assert.Contains("failed 10 times in a row. What is for it waits", pause.Text, StringComparison.Ordinal);

        clock.Advance(Hosts.Pause);
        Assert.Empty(hosts.Pauses());
        hosts.Enter(Host, Lane.Retry);
        Assert.Equal(pause, Assert.Single(hosts.Pauses()));
        hosts.Leave(Host, Lane.Retry, isUp: true, Slow);
        Assert.Empty(hosts.Pauses());
    }

    [Fact]
    public void One_answer_in_between_and_it_is_not_left_alone()
    {
        for (var i = 0; i < 5; i++)
        {
            Call(isUp: false, Hosts.FailuresInARow - 1);
            Call(isUp: true);
        }

        Assert.Equal(Hosts.PlacesPerLane, Free(Lane.First));
    }

    [Fact]
    public void What_was_not_called_says_nothing_about_the_host()
    {
        Call(isUp: false, Hosts.FailuresInARow);
        clock.Advance(Hosts.Pause);
        Call(isUp: null);

        Assert.Equal(1, Free(Lane.First));
    }

    [Fact]
    public void A_host_that_nothing_is_sent_to_any_more_is_forgotten()
    {
        Call(isUp: false, Hosts.FailuresInARow);
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Empty(hosts.Places(Lane.First));
        Assert.Null(hosts.PausedUntil(Host));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(502, false)]
    [InlineData(503, false)]
    [InlineData(504, false)]
    [InlineData(200, true)]
    [InlineData(404, true)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    public void A_host_is_down_when_it_says_nothing_or_that_it_is_not_there_and_not_for_one_partners_error(int? status, bool isUp) =>
        Assert.Equal(isUp, new TrackerAnswer(status, null, status is null ? "no answer" : null, null, 1).IsUp);

    [Fact]
    public void Another_host_is_not_touched()
    {
        Call(isUp: false, Hosts.FailuresInARow);

        Assert.DoesNotContain("https://u.example", hosts.Places(Lane.First).Keys);
    }

    private int Free(Lane lane) => hosts.Places(lane).GetValueOrDefault(Host, Hosts.PlacesPerLane);

    private void Call(bool? isUp, int times = 1, Lane lane = Lane.First)
    {
        for (var i = 0; i < times; i++)
        {
            hosts.Enter(Host, lane);
            hosts.Leave(Host, lane, isUp, Slow);
        }
    }
}
