namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>How much chaos.</summary>
/// <param name="Harm">How long harm is done.</param>
/// <param name="Every">One harm in each such stretch.</param>
/// <param name="LeadsPerSecond">What is offered; about three times as many status changes follow.</param>
/// <param name="ChangesOver">
/// Within this time after an order was made its changes are told. Longer than the broker's outages, so that these find as much to tell as other times.
/// </param>
/// <param name="WarmUp">Load before the harm begins: processes that were just started have their code to compile, and orders their changes to come.</param>
/// <param name="CatchUp">Load after the harm has ended: what the last harms held back is done and told then, and counts.</param>
/// <param name="CrmTimeLimit">Of a call to SalesRender; whole seconds.</param>
/// <param name="LookUps">
/// How long after a doubt the last look for its order is taken; whole seconds, and longer than a CRM that hangs takes to do its work.
/// </param>
/// <param name="TrackerFailures">At most, in a row, of one order: after the first a postback is sent again 5 s later, after the second 30 s.</param>
/// <param name="Leads">So many a second must be accepted, on average from the first harm on; 0 where the rates do not count.</param>
/// <param name="Changes">The same of status changes.</param>
public sealed record Form(
    TimeSpan Harm, TimeSpan Every, double LeadsPerSecond, TimeSpan ChangesOver, TimeSpan WarmUp, TimeSpan CatchUp, TimeSpan CrmTimeLimit, TimeSpan LookUps, int TrackerFailures,
    double Leads, double Changes)
{
    /// <summary>Under full load.</summary>
    public static Form Full(TimeSpan harm) => new(
        harm, TimeSpan.FromSeconds(6), 105, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TrackerFailures: 2,
        Leads: 100, Changes: 300);

    /// <summary>Every rule in under a minute, with few leads.</summary>
    public static Form Brief { get; } = new(
        TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(1.75), 8, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), TrackerFailures: 1,
        Leads: 0, Changes: 0);

    /// <summary>Makes a copy of <c>config/</c> that of a run: two companies, of which one's look-ups are trusted, and a campaign for each tracker.</summary>
    internal void Configure(string config, Trackers trackers)
    {
        const string Map = """
            "status_map": { "1": { "label": "lead", "event": "wait" }, "2": { "label": "sale", "event": "approve" },
              "3": { "label": "rejected", "event": "cancel" }, "4": { "label": "rebill", "event": "approve" }, "5": { "label": "trash", "event": "trash" } }
            """;
        Samples.NoRateLimit(config);
        var sandbox = Path.Combine(config, "connections", "sandbox.json");
        var limits = $"\"time_limit_seconds\": {CrmTimeLimit.TotalSeconds}, \"lookup_settle_seconds\": {LookUps.TotalSeconds}";
        Samples.Edit(sandbox, text => text.Replace("\"token\"", $"{limits},\n  \"token\"", StringComparison.Ordinal));
        Samples.Edit(Path.Combine(config, "connections", $"{Story.Trusted}.json"), _ => File.ReadAllText(sandbox)
            .Replace("\"company_id\": \"1\"", "\"company_id\": \"2\", \"lookup_trustworthy\": true", StringComparison.Ordinal));
        Campaign(Story.Trusted, Story.Trusted, 1);
        Campaign(Story.Others[0], "sandbox", 1);
        Campaign(Story.Others[1], "sandbox", 2);

        void Campaign(string alias, string connection, int tracker) => Samples.Campaign(config, alias,
            ("\"connection\": \"sandbox\"", $"\"connection\": \"{connection}\""),
            (Samples.StatusMapOf(config), Map),
            (Samples.PostbacksOf(config), $"\"postbacks\": \"{trackers.Address(tracker)}/?click={{click}}&tid={{order_id}}&status={{status}}&when={{timestamp}}\""));
    }
}
