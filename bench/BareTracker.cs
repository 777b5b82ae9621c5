using System.Globalization;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>A tracker in a process of its own that answers after a while, on several ports: so many targets.</summary>
internal sealed class BareTracker : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly ServiceProcess process;

    private BareTracker(ServiceProcess process, string[] addresses) => (this.process, Addresses) = (process, addresses);

    /// <summary>Without slashes at their ends.</summary>
    public IReadOnlyList<string> Addresses { get; }

    public (string Name, int Id) Process => ("the tracker", process.Id);

    public static async Task<BareTracker> StartAsync(int hosts, TimeSpan delay)
    {
        string[] addresses = [.. Enumerable.Range(0, hosts).Select(_ => $"http://127.0.0.1:{TestRun.FreePort()}")];
        var settings = new Dictionary<string, string>(Production.Runtime)
        {
            ["Mode"] = "tracker", ["Addresses"] = string.Join(',', addresses), ["DelayMs"] = delay.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        };
        var tracker = new BareTracker(ServiceProcess.Start("Bare", settings, "tracker"), addresses);
        await tracker.process.WaitReadyAsync(new Uri(addresses[0]));
        return tracker;
    }

    /// <summary>What it has received since it was last asked: click ids, statuses and the moments, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> has them in every process.</summary>
    public async Task<IReadOnlyList<(string ClickId, string Status, long At)>> ReceiptsAsync() =>
        [.. (await http.GetStringAsync(new Uri($"{Addresses[0]}/receipts"))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).Select(parts => (parts[0], parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture)))];

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }
}
