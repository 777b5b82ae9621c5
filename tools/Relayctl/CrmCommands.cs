using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>The <c>crm</c> commands, which ask a connection's SalesRender and change nothing.</summary>
internal sealed class CrmCommands(string folder, TextWriter output, TextWriter errors)
{
    /// <summary><c>crm check</c>: a line for each thing that was compared.</summary>
    public async Task<int> CheckAsync(Arguments args)
    {
        var (connection, campaigns) = Find(args.Name);
        using var crm = new CrmReader(connection);
        output.WriteLine($"connection {connection.Name}: {connection.CrmEndpoint}");
        var faults = 0;
        // A webmaster's connection need not have the company's token, and then no status is pushed and no order read.
        var statuses = connection.Token is null ? null : await TryAsync("statuses", crm.StatusesAsync);
        var fields = connection.Api is OrderApi.Crm ? await TryAsync("fields", crm.FieldsAsync) : null;
        foreach (var campaign in campaigns)
        {
            output.WriteLine($"campaign {campaign.Alias}");
            foreach (var sent in Sent(connection, campaign))
            {
                if (await TryAsync(sent.Type, () => crm.InputsAsync(sent)) is { } types)
                    Tell(InputRules.Compare(sent, types));
            }
            if (statuses is not null)
                Tell(StatusRules.Compare(campaign, statuses));
            if (fields is not null)
                Tell(FieldRules.Compare(campaign, fields));
        }
        if (campaigns.Count is 0)
            output.WriteLine("No campaign uses the connection, so nothing was compared.");
        if (faults is 0)
            output.WriteLine($"No faults: {campaigns.Count} campaign(s) fit what SalesRender has.");
        else
            errors.WriteLine($"{faults} fault(s) between the configuration and what SalesRender has.");
        return faults is 0 ? 0 : 1;

        async Task<T?> TryAsync<T>(string what, Func<Task<T>> ask) where T : class
        {
            try
            {
                return await ask();
            }
            catch (CrmRefusal refusal)
            {
                Tell([Finding.Fault(what, $"Not checked. {refusal.Message}")]);
                return null;
            }
        }

        void Tell(IReadOnlyList<Finding> findings)
        {
            faults += findings.Count(finding => finding.Verdict is Verdict.Fault);
            foreach (var finding in findings)
                output.WriteLine(finding);
        }
    }

    /// <summary>What can be compared: the REST API shows no schema.</summary>
    private static IEnumerable<SentInput> Sent(Connection connection, Campaign campaign)
    {
        if (connection.Api is not OrderApi.CpaRest)
            yield return connection.Api is OrderApi.Crm ? SentInput.AddOrder(campaign) : SentInput.AddLead(campaign);
        if (connection.Token is not null)
            yield return SentInput.UpdateOrder;
    }

    /// <summary><c>crm statuses</c>.</summary>
    public async Task<int> StatusesAsync(Arguments args)
    {
        using var crm = new CrmReader(Find(args.Name).Connection);
        try
        {
            output.WriteLine(StatusMapText.Of(await crm.StatusesAsync()));
            return 0;
        }
        catch (CrmRefusal refusal)
        {
            throw new CommandException(refusal.Message);
        }
    }

    private (Connection Connection, IReadOnlyList<Campaign> Campaigns) Find(string name)
    {
        var config = PartnerCommands.Loaded(folder);
        return config.Connections.TryGetValue(PartnerCommands.Named(name), out var connection)
            ? (connection, [.. config.Campaigns.Values.Where(campaign => campaign.Connection == name)])
            : throw new CommandException($"There is no connection {name}; there {(config.Connections.Count is 0 ? "is none" : $"are {string.Join(", ", config.Connections.Keys)}")}.");
    }
}
