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

    /// <param name="allowed">The operator's own networks, which postbacks may go to.</param>
    public static IReadOnlyList<PostbackFinding> Of(RelayConfig config, IReadOnlyList<IPNetwork> allowed) =>
    [
        .. config.Partners.Values.SelectMany(partner => OfPartner(partner, config, allowed)),
        .. config.Campaigns.Values.SelectMany(campaign => OfCampaign(campaign, config, allowed)),
    ];

    private static IEnumerable<PostbackFinding> OfPartner(Partner partner, RelayConfig config, IReadOnlyList<IPNetwork> allowed)
    {
        var file = $"partners/{partner.Name}.json";
        var all = All(partner.Postbacks, config.Campaigns.Values.Where(campaign => campaign.Partners.Contains(partner.Name)), config).ToList();
        return Grouped(file, all, sent => Alone(sent, allowed)).Concat(Together(file, all));
    }

    private static IEnumerable<PostbackFinding> OfCampaign(Campaign campaign, RelayConfig config, IReadOnlyList<IPNetwork> allowed)
    {
        var file = $"campaigns/{campaign.Alias}.json";
        foreach (var finding in Grouped(file, All(campaign.Postbacks, [campaign], config), sent => Alone(sent, allowed)))
            yield return finding;
        // With what partners have underneath: what is wrong with that alone, their own files are told.
        var effective = campaign.Partners.Where(name => config.Partners[name].Roles.Contains(Role.Partner)).Select(name => Enum.GetValues<StatusEvent>().ToDictionary(e => e, e => config.Templates(campaign, name, e)));
        foreach (var finding in effective.SelectMany(postbacks => Together(file, All(postbacks, [campaign], config))).DistinctBy(finding => finding.ToString()))
        {
            if (finding.Events.Any(campaign.Postbacks.ContainsKey))
                yield return finding;
        }
    }

    private static IEnumerable<CheckedPostback> All(IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> postbacks, IEnumerable<Campaign> campaigns, RelayConfig config) =>
        postbacks.OrderBy(each => each.Key).SelectMany(each => each.Value.Select(template => CheckedPostback.Of(each.Key, template, campaigns, config.Trackers.Values)));

    private static IEnumerable<PostbackFinding> Grouped(string file, IEnumerable<CheckedPostback> all, Func<CheckedPostback, IEnumerable<(string Code, string Why)>> find) => all
        .SelectMany(sent => find(sent).Select(found => (sent, found)))
        .GroupBy(each => (each.sent.Template.Target, each.found))
        .Select(same => new PostbackFinding(file, [.. same.Select(each => each.sent.Event).Distinct()], same.Key.Target, same.Key.found.Code, same.Key.found.Why));

    /// <summary>What one postback shows by itself.</summary>
    private static IEnumerable<(string Code, string Why)> Alone(CheckedPostback sent, IReadOnlyList<IPNetwork> allowed) =>
        OfTracker(sent).Concat(OfClick(sent)).Concat(OfStatus(sent)).Concat(OfMoney(sent)).Concat(OfAddress(new Uri(sent.Template.Target), allowed)).Concat(OfMacros(sent));

    private static IEnumerable<(string, string)> OfTracker(CheckedPostback sent)
    {
        if (sent.Template.Tracker is null && sent.Candidates.Count > 1)
            yield return ("unnamed_tracker", $"Its URL may be that of {string.Join(" or ", sent.Candidates.Select(tracker => tracker.Name))}: if it is one of them, name it (\"tracker\": …), so that what goes wrong there is found and its answers are understood.");
        foreach (var name in sent.Template.Tracker is null ? sent.Tracker?.Needs.Keys ?? [] : [])
        {
            if (sent.Values(name).Any(value => !CheckedPostback.Uses(value, Macros.IsSecret)))
                yield return ("literal_credential", $"{sent.Whose}It knows the caller by {name}, which is written out and would be shown: write where it is, as {{env:NAME}} or {{file:PATH}}.");
        }
    }

    private static IEnumerable<(string, string)> OfClick(CheckedPostback sent)
    {
        if (sent.NameOf("click_id") is { } name)
        {
            if (!sent.Values(name).Any(value => CheckedPostback.Uses(value, CheckedPostback.IsOfClick)))
                yield return ("no_click_id", $"{sent.Whose}{sent.Tracker!.Title} finds the click by {name}: write {name}={{click_id}}.");
        }
        else if (!sent.Template.UsesAny(CheckedPostback.IsOfClick))
        {
            yield return ("no_click_id", "Nothing in it says which click it is about: add {click_id}.");
        }
    }

    private static IEnumerable<(string, string)> OfStatus(CheckedPostback sent)
    {
        if (sent.NameOf("status") is not { } name)
            yield break;
        var tracker = sent.Tracker!;
        var words = sent.Values(name).DefaultIfEmpty("").SelectMany(sent.Readings).Distinct().ToList();
        if (words.Contains("") && (tracker.WithoutStatus is { } taken ? tracker.Words.GetValueOrDefault(sent.Event) != taken : sent.Event is not StatusEvent.Approve))
        {
            yield return ("empty_status", $"{sent.Whose}{(tracker.WithoutStatus is { } harm ? $"{tracker.Title} takes a postback without a status for \"{harm}\"" : $"{tracker.Title} is to be told the status by {name}")}, "
                + $"and {name} is or may be empty: write {name}={{status}} and name the tracker, or write the word itself.");
        }
        foreach (var word in words.OfType<string>().Where(word => word is not "" && tracker.KnownWords.Count > 0 && !tracker.KnownWords.Contains(word) && !IsTranslated(word, sent)))
        {
            yield return ("unknown_status_word", $"{sent.Whose}{tracker.Title} does not know the status \"{word}\"; it takes {string.Join(", ", tracker.KnownWords)}. "
                + (sent.Template.Tracker is null ? $"Name it (\"tracker\": \"{tracker.Name}\"), and {{status}} is its own word; or write the word itself." : "Correct words."));
        }
    }

    /// <summary>Some take a list of foreign words for each of their own, and one of those to leave alone: <c>sale_status=approved,confirmed</c>, <c>ignore_status=hold</c>.</summary>
    private static bool IsTranslated(string word, CheckedPostback sent) =>
        sent.Parameters.Where(same => same.Key.EndsWith("_status", StringComparison.Ordinal)).SelectMany(same => same).Any(list => list.Split(',').Contains(word));

    private static IEnumerable<(string, string)> OfMoney(CheckedPostback sent)
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

    private static IEnumerable<(string, string)> OfMacros(CheckedPostback sent) =>
        PostbackUrl.ParametersOf(sent.Template.Url).Where(p => OtherMacro().IsMatch(p.Value)).Select(p => ("foreign_macro",
            $"{Credentials.Masked($"?{p.Name}={p.Value}")[1..]} is sent to the letter: the relay's macros stand in single braces, as {{click_id}}."));

    /// <summary>What several postbacks to one tracker show.</summary>
    private static IEnumerable<PostbackFinding> Together(string file, IEnumerable<CheckedPostback> all) => all
        .SelectMany(sent => sent.IsKnown ? sent.Candidates.Select(tracker => (Tracker: tracker, Sent: sent with { Candidates = [tracker] })) : [])
        .GroupBy(each => (each.Sent.Template.Target, each.Tracker.Name), each => each.Sent)
        .SelectMany(same => Together([.. same]).Select(found => new PostbackFinding(file, [.. found.Of.Select(sent => sent.Event)], same.Key.Target, found.Code, found.Why)));

    private static IEnumerable<(IReadOnlyList<CheckedPostback> Of, string Code, string Why)> Together(IReadOnlyList<CheckedPostback> same)
    {
        var (first, tracker) = (same[0], same[0].Tracker!);
        foreach (var alike in same.GroupBy(sent => sent.TransactionId).Where(alike => tracker.Repeat is TrackerRepeat.Ignored && alike.Count() > 1))
        {
            var own = first.NameOf("tid") is { } name ? $"give each a transaction id of its own ({name}={(first.Template.Tracker is { TransactionId: TransactionId.Event } ? "{tid}" : "{order_id}-{event}")}), or " : "";
            yield return ([.. alike], "dropped_event", $"{first.Whose}{tracker.Title} counts the first of them to come and throws the others away: {own}post only approve.");
        }
        // Of one of several that it may be, no more is said.
        if (!first.IsSure)
            yield break;
        // An event whose form in the tracker's file has none is told apart by nothing else.
        var told = same.Where(sent => sent.NameOf("tid") is not null).ToList();
        if (tracker.TransactionId is TransactionId.Order && told.DistinctBy(sent => sent.TransactionId).Count() > 1)
            yield return (told, "changing_transaction_id", $"{first.Whose}{told[0].NameOf("tid")} is not the same for all of them, and {tracker.Title} counts each as a conversion of its own: write {told[0].NameOf("tid")}={{tid}}, which stays the same over the order's life.");
        var missing = tracker.RequiredFirst.Except(same.Select(sent => sent.Event)).ToList();
        if (missing.Count > 0 && same.Any(sent => !tracker.RequiredFirst.Contains(sent.Event)))
            yield return (same, "required_first_missing", $"{first.Whose}{tracker.Title} must have had {string.Join(", ", missing).ToLowerInvariant()} first, or these mean nothing to it: post that, too.");
    }

    /// <summary>Macros as other systems write them, where one is the whole value.</summary>
    [GeneratedRegex(@"^(\[{1,3}=?[A-Za-z_][\w.]*=?\]{1,3}|%[A-Za-z_]\w{2,}%|<[A-Za-z_][\w.]*>|\([A-Za-z_][\w.]*\))\z")]
    private static partial Regex OtherMacro();
}
