using Xunit.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>The short form of <c>./test chaos</c>: few leads, every kind of harm, every rule.</summary>
public sealed class EverythingAtOnce(ITestOutputHelper output)
{
    /// <summary>In its plan the broker is killed late, so that the other harms find something to harm.</summary>
    private const int Seed = 17;

    [Fact]
    public async Task Under_kills_cuts_locks_and_failures_no_lead_is_lost_or_doubled_no_status_is_missing_and_all_is_on_record()
    {
        var outcome = await ChaosRun.RunAsync(Form.Brief, Seed, output.WriteLine);
        Assert.True(outcome.IsLedgerGood, $"The output says which rules were broken by which leads; ./test chaos --seed {Seed} does the like under load.");
    }
}
