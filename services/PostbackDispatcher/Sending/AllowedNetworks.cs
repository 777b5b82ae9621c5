using System.Net;

namespace LeadRelay.PostbackDispatcher;

/// <summary>The operator's own networks that postbacks may go to, <c>Postbacks__AllowNetworks</c>. A change counts without a restart; of one that cannot be read the last good one stays.</summary>
public sealed partial class AllowedNetworks
{
    private const string Setting = "Postbacks__AllowNetworks";

    private readonly IConfiguration settings;
    private readonly ILogger<AllowedNetworks> logger;
    private volatile Parsed last;

    /// <exception cref="InvalidOperationException">One of them is no network.</exception>
    public AllowedNetworks(IConfiguration settings, ILogger<AllowedNetworks> logger)
    {
        (this.settings, this.logger) = (settings, logger);
        var text = settings["Postbacks:AllowNetworks"];
        last = new Parsed(text, Networks.Parse(Setting, text));
    }

    private sealed record Parsed(string? Text, IReadOnlyList<IPNetwork> Networks);

    public IReadOnlyList<IPNetwork> Current()
    {
        var (text, networks) = (settings["Postbacks:AllowNetworks"], last.Networks);
        if (text == last.Text)
            return networks;
        try { networks = Networks.Parse(Setting, text); }
        catch (InvalidOperationException e) { LogRefused(e.Message); }
        last = new Parsed(text, networks);
        return networks;
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "NetworksRefused", Message = "The change was refused, and what was set before stays: {Fault}")]
    private partial void LogRefused(string fault);
}
