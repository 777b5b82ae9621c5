using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Relayctl;

/// <summary><c>postbacks check</c>: what each campaign would send, and what will likely go wrong with it; from the folder alone.</summary>
internal sealed class PostbackLint(string folder, TextWriter output, TextWriter errors)
{
    private const string AllowNetworks = "Postbacks__AllowNetworks";

    public int Run(Arguments args, string profile)
    {
        if (ConfigCheck.Load(folder, args["--profile"] ?? profile, output, errors) is not { } config)
            return 1;
        if (args.NameIfGiven is { } named && !config.Campaigns.ContainsKey(named))
            throw new CommandException($"There is no campaigns/{named}.json.");
        var campaigns = config.Campaigns.Values.Where(campaign => args.NameIfGiven is not { } alias || campaign.Alias == alias).ToList();
        foreach (var campaign in campaigns)
            Print(campaign, config);
        var files = campaigns.SelectMany(campaign => campaign.Partners.Select(partner => $"partners/{partner}.json").Prepend($"campaigns/{campaign.Alias}.json")).ToHashSet();
        var findings = Findings(config).Where(finding => args.NameIfGiven is null || files.Contains(finding.File)).ToList();
        foreach (var finding in findings)
            output.WriteLine($"warning: {finding}");
        var templates = campaigns.SelectMany(campaign => Sent(campaign, config)).Select(sent => sent.Template).ToList();
        foreach (var tracker in templates.Select(template => template.Tracker).OfType<Tracker>().DistinctBy(tracker => tracker.Name))
        {
            foreach (var trap in tracker.Traps)
                output.WriteLine($"{tracker.Title}: {trap}");
        }
        // A secret may be another machine's, so a missing one is said and is no finding.
        foreach (var reference in templates.SelectMany(template => template.Secrets).Distinct().Where(reference => !new Secret(reference, config.Folder).TryReveal(out _, out _)))
            output.WriteLine($"not set here: {reference}");
        output.WriteLine(findings.Count is 0 ? "No warnings." : $"{findings.Count} warning(s).");
        return 0;
    }

    /// <summary>What the dispatcher says in its log when it takes the configuration.</summary>
    public static IReadOnlyList<PostbackFinding> Findings(RelayConfig config)
    {
        try { return PostbackCheck.Of(config, Networks.Parse(AllowNetworks, Environment.GetEnvironmentVariable(AllowNetworks))); }
        catch (InvalidOperationException e) { throw new CommandException(e.Message); }
    }

    private void Print(Campaign campaign, RelayConfig config)
    {
        output.WriteLine($"campaign {campaign.Alias}");
        var sent = Sent(campaign, config).ToList();
        foreach (var statusEvent in Enum.GetValues<StatusEvent>())
        {
            var lines = sent.Where(each => each.Event == statusEvent).Select(each => (each.Partner is null ? "" : $"(partner {each.Partner}) ") + Shown(each.Template, statusEvent)).DefaultIfEmpty("nothing is sent");
            foreach (var line in lines)
                output.WriteLine($"  {statusEvent.ToString().ToLowerInvariant(),-8} {line}");
        }
    }

    /// <summary>The campaign's, and what its partners have underneath.</summary>
    private static IEnumerable<(StatusEvent Event, string? Partner, PostbackTemplate Template)> Sent(Campaign campaign, RelayConfig config) =>
        from statusEvent in Enum.GetValues<StatusEvent>()
        from partner in campaign.Postbacks.ContainsKey(statusEvent) ? new string?[] { null } : [.. campaign.Partners.Where(name => config.Partners[name].Roles.Contains(Role.Partner)).Order(StringComparer.Ordinal)]
        from template in config.Templates(campaign, partner, statusEvent)
        select (statusEvent, partner, template);

    /// <summary>The template with what the tracker decides filled in, and what the lead decides left as macros.</summary>
    private static string Shown(PostbackTemplate template, StatusEvent statusEvent)
    {
        var url = Credentials.Masked(string.Concat(Macros.Parse(template.Url).Select(part => part switch
        {
            { IsMacro: false } => part.Text,
            { Text: "status" } when template.Word is { } word => Uri.EscapeDataString(word),
            { Text: "tid" } => template.Tid("{order_id}", statusEvent),
            { Text: var mapping } when Macros.IsMapping(mapping) => Uri.EscapeDataString(Macros.WordFor(mapping, statusEvent)!),
            { Text: var macro } => $"{{{macro}}}",
        })));
        return $"{template.Method} {url}" + (template.Body is { } body ? $" with {body.ContentType}" : "");
    }
}
