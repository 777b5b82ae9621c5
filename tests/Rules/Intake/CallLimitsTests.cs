using System.Net;
using LeadRelay.Configuration;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake;

/// <summary>Limits so slow that nothing comes back while a test runs.</summary>
public sealed class CallLimitsTests : IDisposable
{
    private static readonly KeyLimit Key = new("buyer", "aa", new RateLimit(1, 2));

    private readonly CallLimits limits = new();

    public void Dispose() => limits.Dispose();

    [Fact]
    public void A_key_has_its_burst_and_is_then_told_how_long_to_wait()
    {
        Assert.Equal([null, null], new[] { limits.Exceeds(Key), limits.Exceeds(Key) });
        Assert.InRange(limits.Exceeds(Key)!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Each_key_of_each_partner_has_its_own_count_and_a_changed_limit_starts_a_new_one()
    {
        UseUp(Key);

        Assert.Null(limits.Exceeds(Key with { KeyHash = "bb" }));
        Assert.Null(limits.Exceeds(Key with { Partner = "shop" }));
        Assert.NotNull(limits.Exceeds(Key with { Limit = new RateLimit(1, 2) }));
        Assert.Null(limits.Exceeds(Key with { Limit = new RateLimit(1, 3) }));
    }

    [Fact]
    public void A_stranger_has_sixty_calls_and_the_next_address_its_own()
    {
        for (var i = 0; i < 60; i++)
            limits.StrangerExceeds(IPAddress.Parse("192.0.2.1"));

        // One a second comes back, so a slow machine may be let in a few times more.
        Assert.Contains(Enumerable.Range(0, 100), _ => limits.StrangerExceeds(IPAddress.Parse("192.0.2.1")) is not null);
        Assert.Null(limits.StrangerExceeds(IPAddress.Parse("192.0.2.2")));
    }

    [Fact]
    public void A_network_of_IPv6_is_one_stranger()
    {
        var refused = Enumerable.Range(1, 200).Count(i => limits.StrangerExceeds(IPAddress.Parse($"2001:db8::{i:x}")) is not null);

        Assert.NotEqual(0, refused);
        Assert.Null(limits.StrangerExceeds(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void The_same_thing_is_told_once()
    {
        Assert.True(limits.IsWorthTelling("aa"));
        Assert.False(limits.IsWorthTelling("aa"));
        Assert.True(limits.IsWorthTelling("bb"));
    }

    private void UseUp(KeyLimit key)
    {
        while (limits.Exceeds(key) is null)
            continue;
    }
}
