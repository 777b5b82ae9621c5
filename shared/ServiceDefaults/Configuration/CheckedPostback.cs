namespace LeadRelay.Configuration;

/// <summary>A postback of an event as <see cref="PostbackCheck"/> looks at it, with what is known of its tracker.</summary>
/// <param name="Candidates">The tracker that it names; else those whose URLs look like this.</param>
/// <param name="Labels">That a bare <c>{status}</c> stands for.</param>
/// <param name="IsKnown">False where a body may hold more than <paramref name="Parameters"/>.</param>
/// <param name="IsSure">Whether there was one candidate from the beginning.</param>
internal sealed record CheckedPostback(StatusEvent Event, PostbackTemplate Template, IReadOnlyList<Tracker> Candidates, IReadOnlyList<string> Labels, ILookup<string, string> Parameters, bool IsKnown, bool IsSure)
{
    /// <summary>Macros of which partners may have made their click id.</summary>
    private static readonly string[] OfTheLead = ["sub", "param."];

    /// <summary>More readings of a status than any template has.</summary>
    private const int MostReadings = 50;

    public static CheckedPostback Of(StatusEvent statusEvent, PostbackTemplate template, IEnumerable<Campaign> campaigns, IEnumerable<Tracker> trackers)
    {
        var parameters = template.Parameters(out var isAll).ToLookup(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var labels = campaigns.SelectMany(campaign => campaign.StatusMap.Entries.Values.OfType<MappedStatus>().Append(campaign.FirstStatus.Status)).Where(status => status.Event == statusEvent).Select(status => status.Label).Distinct();
        List<Tracker> candidates = template.Tracker is { } named ? [named] : template.Body is null ? LookingLike(template.Url, statusEvent, parameters, trackers) : [];
        return new CheckedPostback(statusEvent, template, candidates, [.. labels], parameters, isAll, candidates.Count is 1);
    }

    /// <summary>Whether one of the macros in a value is wanted.</summary>
    public static bool Uses(string value, Func<string, bool> isWanted) => Macros.Parse(value).Any(part => part.IsMacro && isWanted(Macros.Plain(part.Text)));

    /// <summary>Whether a macro may say which click it is about.</summary>
    public static bool IsOfClick(string macro) => macro is "click_id" || OfTheLead.Any(start => macro.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Null where it may be one of several.</summary>
    public Tracker? Tracker => Candidates is [var only] ? only : null;

    /// <summary>How a sentence about the tracker begins, where nobody has named it.</summary>
    public string Whose => Template.Tracker is not null ? "" : IsSure ? $"It looks like {Tracker!.Title}'s. " : $"If it is {Tracker!.Title}: ";

    /// <summary>The parameter by which the tracker gets what a macro stands for; null where it has none, or where nobody can say.</summary>
    public string? NameOf(string macro) => Tracker is null || !IsKnown ? null : NameOf(Tracker, Event, macro);

    public IEnumerable<string> Values(string parameter) => Parameters[parameter];

    /// <summary>Whether the tracker's file has the payout in a postback of this event.</summary>
    public bool WantsPayout => Tracker is not null && Tracker.FormOf(Event).Parameters.Values.Any(value => Uses(value, macro => macro is "payout"));

    /// <summary>Two that are equal are so for every order.</summary>
    public string TransactionId => NameOf("tid") is not { } name ? "" : string.Concat(Values(name).SelectMany(Macros.Parse).Select(part => !part.IsMacro ? part.Text : Macros.Plain(part.Text) switch
    {
        "tid" => Template.Tid("{order_id}", Event),
        "event" => Event.ToString().ToLowerInvariant(),
        "status" => Template.Word ?? $"{{label of {Event}}}",
        "timestamp" => $"{{time of {Event}}}",
        var macro when Macros.IsMapping(macro) => Macros.WordFor(macro, Event),
        var macro => $"{{{macro}}}",
    }));

    /// <summary>What a status may read as; null stands for what nobody can say before there is a lead.</summary>
    public IEnumerable<string?> Readings(string value)
    {
        IReadOnlyList<string?> read = [""];
        foreach (var part in Macros.Parse(value))
            read = [.. read.SelectMany(_ => Readings(part), (before, after) => before is null || after is null ? null : before + after).Distinct().Take(MostReadings)];
        return read;
    }

    private string?[] Readings(Macros.Part part) => part.IsMacro ? Macros.Plain(part.Text) switch
    {
        "status" when Template.Word is { } word => [word],
        "status" when Labels.Count > 0 => [.. Labels],
        "event" => [Event.ToString().ToLowerInvariant()],
        var macro when Macros.IsMapping(macro) => [Macros.WordFor(macro, Event)],
        var macro when IsOfClick(macro) || macro is "comment" => ["", null],
        _ => new string?[] { null },
    } : [Uri.UnescapeDataString(part.Text)];

    private static string? NameOf(Tracker tracker, StatusEvent statusEvent, string macro) =>
        tracker.FormOf(statusEvent).Parameters.Concat(tracker.MoneyParameters).FirstOrDefault(p => Uses(p.Value, used => used == macro)).Key;

    /// <summary>Those that take the event at this path and the click in one of these parameters; of these, if there are any, those that have all of the parameters.</summary>
    private static List<Tracker> LookingLike(string url, StatusEvent statusEvent, ILookup<string, string> parameters, IEnumerable<Tracker> trackers)
    {
        var path = url.Split('?')[0];
        var alike = trackers.Where(tracker => tracker.Name is not Tracker.Generic && path.EndsWith(tracker.FormOf(statusEvent).Path, StringComparison.Ordinal) && NameOf(tracker, statusEvent, "click_id") is { } click && parameters.Contains(click)).ToList();
        var whole = alike.Where(tracker => parameters.All(p => tracker.FormOf(statusEvent).Parameters.ContainsKey(p.Key) || tracker.MoneyParameters.ContainsKey(p.Key))).ToList();
        return whole.Count > 0 ? whole : alike;
    }
}
