using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Relayctl;

/// <summary><c>config check</c>: every fault on a line of its own, or a line for each thing there is.</summary>
internal sealed class ConfigCheck(string folder, TextWriter output, TextWriter errors)
{
    public int Run(Arguments args, string profile)
    {
        if (Load(folder, args["--profile"] ?? profile, output, errors) is not { } config)
            return 1;
        foreach (var finding in PostbackLint.Findings(config))
            output.WriteLine($"warning: {finding}");
        foreach (var line in Summary(config))
            output.WriteLine(line);
        return 0;
    }

    /// <summary>The configuration; null when it has faults, which are printed.</summary>
    public static RelayConfig? Load(string folder, string profile, TextWriter output, TextWriter errors)
    {
        var (config, faults) = ConfigLoader.Load(folder, profile);
        foreach (var fault in faults)
            output.WriteLine(fault);
        if (config is null)
            errors.WriteLine($"{Path.GetFullPath(folder)} has {faults.Count} fault(s) under the profile {profile}.");
        return config;
    }

    private static IEnumerable<string> Summary(RelayConfig config)
    {
        foreach (var connection in config.Connections.Values)
        {
            // A secret may be another machine's, so a missing one is said and is no fault.
            var missing = connection.Webhook.Secrets.Append(connection.Token).Append(connection.CpaToken).OfType<Secret>().Where(s => !s.TryReveal(out _, out _)).ToList();
            yield return $"connection {connection.Name}: {connection.BaseUrl.AbsoluteUri} company {connection.CompanyId}"
                + (missing.Count is 0 ? "" : $"; not set here: {string.Join(", ", missing)}");
        }
        foreach (var partner in config.Partners.Values)
        {
            var campaigns = config.Campaigns.Values.Where(c => c.Partners.Contains(partner.Name)).Select(c => c.Alias).ToList();
            yield return $"partner {partner.Name}: {string.Join(", ", partner.Roles).ToLowerInvariant()}; {partner.KeyHashes.Count} key(s); "
                + (campaigns.Count is 0 ? "in no campaign" : $"in {string.Join(", ", campaigns)}");
        }
        foreach (var campaign in config.Campaigns.Values)
        {
            var events = Enum.GetValues<StatusEvent>().Where(e => campaign.Partners.Any(p => config.Templates(campaign, p, e).Count > 0)).ToList();
            yield return $"campaign {campaign.Alias}: connection {campaign.Connection}; partners {string.Join(", ", campaign.Partners)}; "
                + (campaign.StatusMap.Entries.Count is 0 ? "no statuses mapped, so each is held; " : $"{campaign.StatusMap.Entries.Count} statuses mapped; ")
                + (events.Count is 0 ? "no postbacks" : $"postbacks for {string.Join(", ", events).ToLowerInvariant()}");
        }
        yield return $"No faults: {config.Connections.Count} connection(s), {config.Partners.Count} partner(s), {config.Campaigns.Count} campaign(s), {config.Trackers.Count} tracker(s).";
    }
}
