using LeadRelay.Configuration;
using LeadRelay.CrmWriter;
using LeadRelay.Tests.Rules.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.CrmWriter;

public sealed class PolitenessTests : IDisposable
{
    private readonly ConfigFolder folder = new();
    private readonly ManualClock clock = new();
    private ConfigStore? store;
    private Politeness? politeness;

    public void Dispose()
    {
        politeness?.Dispose();
        store?.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void No_more_calls_run_at_once_than_the_connection_allows()
    {
        var politeness = With("""{ "concurrency": 3 }""");
        Assert.Equal(3, Free());
        var places = Enumerable.Range(0, 3).Select(_ => politeness.Enter("main")).ToArray();
        Assert.Equal(0, Free());
        places[0].Dispose();
        Assert.Equal(1, Free());
        politeness.Enter("nowhere").Dispose();
        Assert.Equal(1, Free());
    }

    [Fact]
    public void No_more_calls_are_begun_than_a_minute_allows()
    {
        var politeness = With("""{ "per_minute": 1 }""");
        Assert.Equal(1, Free());
        politeness.Enter("main").Dispose();
        Assert.Equal(0, Free());
    }

    [Fact]
    public async Task A_refused_token_pauses_what_needs_it_for_a_while()
    {
        var politeness = With("""{ "concurrency": 3 }""");
        await CallAsync(new CrmOutcome.NothingSent("401", null) { BadCredentials = true });
        Assert.Equal(("first", "main"), (Assert.Single(politeness.Limits().Paused), Assert.Single(politeness.Limits().PausedElse)));
        await CallAsync(new CrmOutcome.InDoubt("timed out"));
        Assert.Single(politeness.Limits().Paused);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(politeness.Limits().Paused);

        await CallAsync(new CrmOutcome.NothingSent("401", null) { BadCredentials = true });
        await CallAsync(new CrmOutcome.Done("1001"));
        Assert.Empty(politeness.Limits().PausedElse);
    }

    [Fact]
    public async Task A_token_that_was_refused_pauses_nothing_that_has_another()
    {
        folder.Set(ConfigFolder.Campaign, "token", "\"env:CAMPAIGN_TOKEN\"");
        var politeness = With("""{ "concurrency": 3 }""");
        await CallAsync(new CrmOutcome.NothingSent("403", null) { BadCredentials = true }, store!.Current.Campaigns["first"].Token);
        Assert.Equal("first", Assert.Single(politeness.Limits().Paused));
        Assert.Empty(politeness.Limits().PausedElse);
        await CallAsync(new CrmOutcome.Done("1001"), store.Current.Campaigns["first"].Token);
        await CallAsync(new CrmOutcome.NothingSent("403", null) { BadCredentials = true });
        Assert.Empty(politeness.Limits().Paused);
        Assert.Equal((3, "main"), (Free(), Assert.Single(politeness.Limits().PausedElse)));
    }

    [Fact]
    public async Task A_SalesRender_that_keeps_failing_is_left_alone_and_one_call_tries_again()
    {
        With("""{ "concurrency": 3 }""");
        for (var i = 0; i < 10; i++)
            await CallAsync(i % 2 is 0 ? new CrmOutcome.InDoubt("500") : new CrmOutcome.NothingSent("refused", null) { IsDown = true });
        Assert.Equal(0, Free());
        Assert.Contains("left alone", Assert.IsType<CrmOutcome.NothingSent>(await CallAsync(new CrmOutcome.Done("1001"))).Reason, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, Free());
        Assert.IsType<CrmOutcome.Done>(await CallAsync(new CrmOutcome.Done("1001")));
        Assert.Equal(3, Free());
    }

    [Fact]
    public async Task What_SalesRender_says_no_to_does_not_count_as_failing()
    {
        With("""{ "concurrency": 3 }""");
        for (var i = 0; i < 50; i++)
            await CallAsync(i % 2 is 0 ? new CrmOutcome.Refused("ERR", "no") : new CrmOutcome.NothingSent("slow down", null));
        Assert.Equal(3, Free());
    }

    [Fact]
    public async Task What_is_left_alone_is_told_with_a_reason_and_no_token_but_its_reference()
    {
        var politeness = With("""{ "concurrency": 3 }""");
        Assert.Empty(politeness.Pauses());
        await CallAsync(new CrmOutcome.NothingSent("401", null) { BadCredentials = true });
        var refused = Assert.Single(politeness.Pauses());
        Assert.Equal(("main", clock.GetUtcNow().AddSeconds(30)), (refused.Name, refused.Until));
        Assert.Contains($"refuses the token {store!.Current.Connections["main"].Token}", refused.Text, StringComparison.Ordinal);
        await CallAsync(new CrmOutcome.Done("1001"));
        Assert.Empty(politeness.Pauses());

        for (var i = 0; i < 20; i++)
            await CallAsync(new CrmOutcome.InDoubt("500"));
        var down = Assert.Single(politeness.Pauses());
        Assert.Equal(("main", clock.GetUtcNow().AddSeconds(30)), (down.Name, down.Until));
        Assert.Contains("is down for the connection main", down.Text, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(politeness.Pauses());
        using (politeness.Enter("main"))
            Assert.Equal(down, Assert.Single(politeness.Pauses()));
        await CallAsync(new CrmOutcome.Done("1001"));
        Assert.Empty(politeness.Pauses());
    }

    private Politeness With(string limits)
    {
        folder.Set(ConfigFolder.Connection, "limits", limits);
        store = new ConfigStore(() => (folder.Path, "production"), clock, NullLogger<ConfigStore>.Instance);
        return politeness = new Politeness(store, clock, NullLogger<Politeness>.Instance);
    }

    private int Free() => politeness!.Limits().Free["main"];

    private Task<CrmOutcome> CallAsync(CrmOutcome outcome, Secret? token = null) =>
        politeness!.CallAsync(store!.Current.Connections["main"], token ?? store.Current.Connections["main"].Token!, () => Task.FromResult(outcome));
}
