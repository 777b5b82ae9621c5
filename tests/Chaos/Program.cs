using System.Globalization;
using LeadRelay.Tests.EndToEnd.Chaos;

namespace LeadRelay.Chaos;

/// <summary><c>./test chaos [--seed N] [--minutes M]</c>: 0 when the ledger is settled and the rates were reached, 1 when one of them is not so, 2 when it was called wrongly.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var (seed, minutes) = (Random.Shared.Next(1, 1_000_000), 10.0);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = args.ElementAtOrDefault(i + 1);
            var isUnderstood = args[i] switch
            {
                "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes) && minutes is >= 1 and <= 600,
                _ => false,
            };
            if (!isUnderstood)
            {
                await Console.Error.WriteLineAsync("Usage: ./test chaos [--seed N] [--minutes M]   (N: a whole number; M: 1 to 600, 10 unless given)");
                return 2;
            }
        }
        var outcome = await ChaosRun.RunAsync(Form.Full(TimeSpan.FromMinutes(minutes)), seed, Console.WriteLine);
        return outcome is { IsLedgerGood: true, IsFastEnough: true } ? 0 : 1;
    }
}
