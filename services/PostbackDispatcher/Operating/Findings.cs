using System.Net;
using LeadRelay.Configuration;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Says in the log what is likely to go wrong with the postbacks of each configuration that is taken.</summary>
public sealed partial class Findings(ConfigStore config, AllowedNetworks allowed, ILogger<Findings> logger) : Chore(ConfigStore.Interval, logger)
{
    private (RelayConfig? Config, IReadOnlyList<IPNetwork>? Allowed) looked;

    protected override Task<bool> RoundAsync(CancellationToken ct)
    {
        var now = (config.Current, allowed.Current());
        if (now != looked)
        {
            looked = now;
            foreach (var finding in PostbackCheck.Of(now.Item1, now.Item2))
                LogFinding(finding);
        }
        return Task.FromResult(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "PostbackFinding", Message = "{Finding}")]
    private partial void LogFinding(PostbackFinding finding);
}
