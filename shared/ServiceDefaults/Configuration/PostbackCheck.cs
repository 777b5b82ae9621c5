using System.Net;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>
/// Looks for what will likely go wrong with postbacks, before the first lead does. Pure: nothing is called, no name is
/// resolved. What surely cannot work is no finding but a fault, and is refused when it is loaded.
/// </summary>
public static partial class PostbackCheck
{
    private static readonly string[] PrivateSuffixes = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

    /// <summary>Macros of which partners may have made their click id.</summary>
    private static readonly string[] OfTheLead = ["sub", "param."];

    /// <param name="allowed">The operator's own networks, which postbacks may go to.</param>
    public static IReadOnlyList<PostbackFinding> Of(RelayConfig config, IReadOnlyList<IPNetwork> allowed) =>
    [
        .. config.Partners.Values.SelectMany(partner => OfPartner(partner, config, allowed)),
        .. config.Campaigns.Values.SelectMany(campaign => OfCampaign(campaign, config, allowed)),
    ];

    private static IEnumerable<PostbackFinding> OfPartner(Partner partner, RelayConfig config, IReadOnlyList<IPNetwork> allowed)
    {
        var maps = config.Campaigns.Values.Where(campaign => campaign.Partners.Contains(partner.Name)).Select(campaign => campaign.StatusMap).ToList();
        var all = All(partner.Postbacks, maps, config).ToList();
        return Grouped($"partners/{partner.Name}.json", all, sent => Alone(sent, allowed)).Concat(Together($"partners/{partner.Name}.json", all));
    }

    private static IEnumerable<PostbackFinding> OfCampaign(Campaign campaign, RelayConfig config, IReadOnlyList<IPNetwork> allowed)
    {
        var file = $"campaigns/{campaign.Alias}.json";
        foreach (var finding in Grouped(file, All(campaign.Postbacks, [campaign.StatusMap], config), sent => Alone(sent, allowed)))
            yield return finding;
        // With what partners have underneath: what is wrong with that alone, their own files are told.
        var effective = campaign.Partners.Select(name => Enum.GetValues<StatusEvent>().ToDictionary(e => e, e => config.Templates(campaign, name, e)));
        foreach (var finding in effective.SelectMany(postbacks => Together(file, All(postbacks, [campaign.StatusMap], config))).DistinctBy(finding => finding.ToString()))
        {
            if (finding.Events.Any(campaign.Postbacks.ContainsKey))
                yield return finding;
        }
    }

    private static IEnumerable<Sent> All(IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> postbacks, IReadOnlyList<StatusMap> maps, RelayConfig config) =>
        postbacks.OrderBy(each => each.Key).SelectMany(each => each.Value.Select(template => Sent.Of(each.Key, template, maps, config.Trackers.Values)));

    private static IEnumerable<PostbackFinding> Grouped(string file, IEnumerable<Sent> all, Func<Sent, IEnumerable<(string Code, string Why)>> find) => all
        .SelectMany(sent => find(sent).Select(found => (sent, found)))
        .GroupBy(each => (each.sent.Template.Target, each.found))
        .Select(same => new PostbackFinding(file, [.. same.Select(each => each.sent.Event).Distinct()], same.Key.Target, same.Key.found.Code, same.Key.found.Why));

    /// <summary>What one postback shows by itself.</summary>
    private static IEnumerable<(string Code, string Why)> Alone(Sent sent, IReadOnlyList<IPNetwork> allowed)
    {
        foreach (var found in OfClick(sent).Concat(OfStatus(sent)).Concat(OfTransactionId(sent)).Concat(OfMoney(sent)).Concat(OfAddress(new Uri(sent.Template.Target), allowed)))
            yield return found;
        foreach (var (name, value) in PostbackUrl.ParametersOf(sent.Template.Url).Where(p => OtherMacro().IsMatch(p.Value)))
            yield return ("foreign_macro", $"{name}={value} is sent to the letter: the relay's macros stand in single braces, as {{click_id}}.");
    }

    private static IEnumerable<(string, string)> OfClick(Sent sent)
    {
        if (sent.NameOf("click_id") is { } name)
        {
            if (!sent.Values(name).Any(value => Uses(value, IsOfClick)))
                yield return ("no_click_id", $"{sent.Tracker!.Title} finds the click by {name}: write {name}={{click_id}}.");
        }
        else if (!sent.Template.UsesAny(IsOfClick))
        {
            yield return ("no_click_id", "Nothing in it says which click it is about: add {click_id}.");
        }
    }

    private static IEnumerable<(string, string)> OfStatus(Sent sent)
    {
        if (sent.NameOf("status") is not { } name)
            yield break;
        var tracker = sent.Tracker!;
        var words = sent.Values(name).DefaultIfEmpty("").SelectMany(sent.Readings).Distinct().ToList();
        if (tracker.WithoutStatus is { } taken && words.Contains("") && tracker.Words.GetValueOrDefault(sent.Event) != taken)
            yield return ("empty_status", $"{tracker.Title} takes a postback without a status for \"{taken}\", and {name} is or may be empty: write {name}={{status}} and name the tracker, or write the word itself.");
        foreach (var word in words.OfType<string>().Where(word => word is not "" && tracker.KnownWords.Count > 0 && !tracker.KnownWords.Contains(word) && !IsTranslated(word, sent)))
        {
            yield return ("unknown_status_word", $"{tracker.Title} does not know the status \"{word}\"; it takes {string.Join(", ", tracker.KnownWords)}. "
                + (sent.Template.Tracker is null ? $"Name it (\"tracker\": \"{tracker.Name}\"), and {{status}} is its own word; or write the word itself." : "Correct words."));
        }
    }

    /// <summary>Some take a list of foreign words for each of their own: <c>sale_status=approved,confirmed</c>.</summary>
    private static bool IsTranslated(string word, Sent sent) =>
        sent.Tracker!.KnownWords.Any(known => sent.Values($"{known}_status").Any(list => list.Split(',').Contains(word)));

    private static IEnumerable<(string, string)> OfTransactionId(Sent sent)
    {
        if (sent is { Tracker: { TransactionId: TransactionId.Order } tracker } && sent.NameOf("tid") is { } name && sent.Values(name).Any(value => Uses(value, ChangesWithEvent)))
            yield return ("changing_transaction_id", $"{name} is another for each event, and {tracker.Title} counts each {name} as a conversion of its own: write {name}={{tid}}, which stays the same over the order's life.");
    }

    private static IEnumerable<(string, string)> OfMoney(Sent sent)
    {
        if (sent.Event is StatusEvent.Approve)
            yield break;
        // Where the tracker's file has the payout in every postback, the 0 is meant: it takes back what an approval brought.
        if (!sent.WantsPayout && sent.Template.UsesAny(macro => macro is "payout"))
            yield return ("payout_without_money", "Its {payout} is 0: only an approval carries money. Some trackers show or count the 0; leave {payout} to approve.");
        if (sent.Values(sent.NameOf("payout") ?? "payout").FirstOrDefault(value => value.Any(c => c is >= '1' and <= '9') && !value.Contains('{')) is { } amount)
            yield return ("payout_without_money", $"It pays {amount}, though only an approval carries money: leave the payout to approve.");
    }

    private static IEnumerable<(string, string)> OfAddress(Uri target, IReadOnlyList<IPNetwork> allowed)
    {
        var isAddress = IPAddress.TryParse(target.DnsSafeHost, out var address);
        var isPrivate = isAddress ? AddressGuard.FaultOf(address!, AddressGuard.Ports[0], []) is not null : IsPrivate(target.DnsSafeHost);
        // Where a name leads is known only when it is called: it may be into one of the operator's networks.
        var mayBeOwn = isAddress ? allowed.Have(address) : allowed.Count > 0;
        if (isPrivate && mayBeOwn)
            yield break;
        if (isPrivate)
        {
            yield return ("private_address", "Its host is not public, so nothing is sent there: the tracker must be reachable from the internet. If the host is your own, put its network into Postbacks__AllowNetworks.");
            yield break;
        }
        if (!mayBeOwn && !AddressGuard.Ports.Contains(target.Port))
            yield return ("blocked_port", $"Its port is none of {string.Join(", ", AddressGuard.Ports)}, so nothing is sent there. If the host is your own, put its network into Postbacks__AllowNetworks.");
        if (target.Scheme == Uri.UriSchemeHttp)
            yield return ("plain_http", "It goes over plain http, which anybody on the way can read and change: use https:// if the tracker has it.");
    }

    private static bool IsPrivate(string host) => !host.Contains('.') || PrivateSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>What several postbacks to one tracker show.</summary>
    private static IEnumerable<PostbackFinding> Together(string file, IEnumerable<Sent> all)
    {
        foreach (var same in all.Where(sent => sent.Tracker is not null).GroupBy(sent => (sent.Template.Target, sent.Tracker!.Name)))
        {
            var tracker = same.First().Tracker!;
            var alike = same.Where(sent => tracker.Repeat is TrackerRepeat.Ignored && !sent.IsOfItsOwn).ToList();
            if (alike.Count > 1)
            {
                var own = alike[0].NameOf("tid") is { } name ? $"give each a transaction id of its own ({name}={(alike[0].Template.Tracker is { TransactionId: TransactionId.Event } ? "{tid}" : "{order_id}-{event}")}), or " : "";
                yield return new PostbackFinding(file, [.. alike.Select(sent => sent.Event)], same.Key.Target, "dropped_event",
                    $"{tracker.Title} counts the first of them to come and throws the others away: {own}post only approve.");
            }
            var missing = tracker.RequiredFirst.Except(same.Select(sent => sent.Event)).ToList();
            if (missing.Count > 0 && same.Any(sent => !tracker.RequiredFirst.Contains(sent.Event)))
            {
                yield return new PostbackFinding(file, [.. same.Select(sent => sent.Event)], same.Key.Target, "required_first_missing",
                    $"{tracker.Title} must have had {string.Join(", ", missing).ToLowerInvariant()} first, or these mean nothing to it: post that, too.");
            }
        }
    }

    private static bool Uses(string value, Func<string, bool> isWanted) => Macros.Parse(value).Any(part => part.IsMacro && isWanted(Macros.Plain(part.Text)));

    private static bool IsOfClick(string macro) => macro is "click_id" || OfTheLead.Any(start => macro.StartsWith(start, StringComparison.Ordinal));

    private static bool ChangesWithEvent(string macro) => macro is "event" or "status" or "timestamp" || Macros.IsMapping(macro);

    /// <summary>Macros as other systems write them, where one is the whole value.</summary>
    [GeneratedRegex(@"^(\[[A-Za-z_][\w.]*\]|%[A-Za-z_]\w{2,}%|<[A-Za-z_][\w.]*>|\([A-Za-z_][\w.]*\))\z")]
    private static partial Regex OtherMacro();

    /// <summary>A postback of an event, and what is known of its tracker.</summary>
    /// <param name="Tracker">The one it names, else the only one whose URLs look like this; null where that says nothing.</param>
    /// <param name="Labels">That a bare <c>{status}</c> stands for.</param>
    private sealed record Sent(StatusEvent Event, PostbackTemplate Template, Tracker? Tracker, IReadOnlyList<string> Labels, ILookup<string, string> Parameters)
    {
        public static Sent Of(StatusEvent statusEvent, PostbackTemplate template, IEnumerable<StatusMap> maps, IEnumerable<Tracker> trackers)
        {
            var parameters = PostbackUrl.ParametersOf(template.Url).ToLookup(p => p.Name, p => p.Value, StringComparer.Ordinal);
            var labels = maps.SelectMany(map => map.Entries.Values).OfType<MappedStatus>().Where(status => status.Event == statusEvent).Select(status => status.Label).Distinct();
            return new Sent(statusEvent, template, template.Tracker ?? (template.Body is null ? LooksLike(template.Url, parameters, trackers) : null), [.. labels], parameters);
        }

        /// <summary>The parameter by which the tracker gets what a macro stands for; null where it has none, or where that is in a body.</summary>
        public string? NameOf(string macro) => Tracker is null || Template.Body is not null ? null : NameOf(Tracker, Tracker.OwnForms.GetValueOrDefault(Event, Tracker.Form), macro);

        /// <summary>Whether the tracker's file has the payout in a postback of this event.</summary>
        public bool WantsPayout => Tracker is not null && Tracker.OwnForms.GetValueOrDefault(Event, Tracker.Form).Parameters.Values.Any(value => Uses(value, macro => macro is "payout"));

        public IEnumerable<string> Values(string parameter) => Parameters[parameter];

        /// <summary>Whether the tracker can tell it from those of the order's other events.</summary>
        public bool IsOfItsOwn => NameOf("tid") is { } name && Values(name).Any(value => Uses(value, macro =>
            ChangesWithEvent(macro) || (macro is "tid" && Template.Tracker is { TransactionId: TransactionId.Event })));

        /// <summary>What a status may read as; null stands for what nobody can say before there is a lead.</summary>
        public IEnumerable<string?> Readings(string value)
        {
            IReadOnlyList<string?> read = [""];
            foreach (var part in Macros.Parse(value))
                read = [.. read.SelectMany(_ => Readings(part), (before, after) => before is null || after is null ? null : before + after)];
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

        private static string? NameOf(Tracker tracker, TrackerForm form, string macro) =>
            form.Parameters.Concat(tracker.MoneyParameters).FirstOrDefault(p => Uses(p.Value, used => used == macro)).Key;

        private static Tracker? LooksLike(string url, ILookup<string, string> parameters, IEnumerable<Tracker> trackers) =>
            trackers.Where(tracker => url.Split('?')[0].EndsWith(tracker.Form.Path, StringComparison.Ordinal) && NameOf(tracker, tracker.Form, "click_id") is { } click && parameters.Contains(click)).Take(2).ToList()
                is [var only] ? only : null;
    }
}
