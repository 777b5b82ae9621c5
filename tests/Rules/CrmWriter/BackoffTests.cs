using FsCheck;
using FsCheck.Fluent;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

public class BackoffTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(10, 512)]
    [InlineData(11, 600)]
    [InlineData(1000, 600)]
    [InlineData(int.MaxValue, 600)]
    public void Waits_double_from_1_second_to_10_minutes_and_spread_by_20_percent(int attempt, int seconds)
    {
        var waits = Enumerable.Range(0, 300).Select(_ => Backoff.Delay(attempt).TotalSeconds).ToArray();

        Assert.All(waits, wait => Assert.InRange(wait, seconds * 0.8, seconds * 1.2));
        Assert.True(waits.Max() - waits.Min() > seconds * 0.1, "The waits do not spread.");
    }

    [Theory]
    [InlineData(1, 30, 30)]
    [InlineData(5, 3600, 3600)]
    [InlineData(1, 86_400, 3600)]
    public void An_answer_can_ask_for_a_longer_wait_up_to_an_hour(int attempt, int asked, int waits) =>
        Assert.Equal(TimeSpan.FromSeconds(waits), Backoff.Delay(attempt, TimeSpan.FromSeconds(asked)));

    [Fact]
    public void An_answer_cannot_ask_for_a_shorter_wait() => Prop.ForAll(Gen.Choose(-100_000, 100_000).Zip(Gen.Choose(1, 100)).ToArbitrary(), c =>
        Backoff.Delay(c.Item2, TimeSpan.FromSeconds(c.Item1)).TotalSeconds >= 0.8 * Math.Min(600, Math.Pow(2, c.Item2 - 1))).QuickCheckThrowOnFailure();
}
