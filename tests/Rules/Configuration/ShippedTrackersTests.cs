using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>The trackers that come with the relay, against the examples of their own documentation.</summary>
public class ShippedTrackersTests
{
    private static readonly IReadOnlyDictionary<string, Tracker> Shipped = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Trackers;

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Path.Combine(Samples.Folder, "trackers"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_says_where_it_is_from_and_what_goes_wrong(string name)
    {
        var tracker = Shipped[name];

        Assert.Contains("https://", tracker.Source);
        Assert.NotEmpty(tracker.Traps);
        Assert.All(tracker.Traps, trap => Assert.EndsWith(".", trap));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_postback_says_which_click_it_is_about(string name) =>
        Assert.All(Shipped[name].Words.Keys, statusEvent => Assert.Contains("{click_id}", Url(name, statusEvent)));

    /// <param name="documented">A URL as the documentation shows it.</param>
    /// <param name="left">Its parameters that the relay has nothing for.</param>
    /// <param name="added">Parameters that are sent, too: the documentation has them in its list.</param>
    /// <param name="at">The base that a campaign would give.</param>
    [Theory]
    // docs.altercpa.top/en/trackers/keitaro/; tid, payout and currency: docs.keitaro.io, Postback parameters.
    [InlineData("keitaro", StatusEvent.Wait, "https://your-keitaro.com/postback?subid={click}&status=lead", "", "tid")]
    [InlineData("keitaro", StatusEvent.Hold, "https://your-keitaro.com/postback?subid={click}&status=lead", "", "tid")]
    [InlineData("keitaro", StatusEvent.Approve, "https://your-keitaro.com/postback?subid={click}&status=sale", "", "tid payout currency")]
    [InlineData("keitaro", StatusEvent.Cancel, "https://your-keitaro.com/postback?subid={click}&status=rejected", "", "tid")]
    [InlineData("keitaro", StatusEvent.Trash, "https://your-keitaro.com/postback?subid={click}&status=rejected", "", "tid")]
    // docs.keitaro.io/en/conversions/postback.html, Convert currency.
    [InlineData("keitaro", StatusEvent.Approve, "https://example.com/key/postback?status=lead&payout=10&currency=EUR", "", "subid tid", "https://example.com/key")]
    // docs.binom.org/update-click-v2.php, Postback click; payout, cnv_status and cnv_currency: docs.binom.org/postback-url.php.
    [InlineData("binom", StatusEvent.Wait, "https://tracker.com/click?cnv_id=1234&event1=555&mytoken1=hello", "event1 mytoken1", "payout cnv_status")]
    [InlineData("binom", StatusEvent.Approve, "https://tracker.com/click?cnv_id=1234&event1=555&mytoken1=hello", "event1 mytoken1", "payout cnv_status cnv_currency")]
    // help-center.affise.com, Affise <-> Binom; cnv_currency: docs.binom.org/postback-url.php.
    [InlineData("binom-v1", StatusEvent.Wait, "https://binom.org/click.php?cnv_id={sub1}&payout={sum}&cnv_status={status}", "", "")]
    [InlineData("binom-v1", StatusEvent.Approve, "https://binom.org/click.php?cnv_id={sub1}&payout={sum}&cnv_status={status}", "", "cnv_currency")]
    // doc.voluum.com/en/tracking_conversions_postback.html.
    [InlineData("voluum", StatusEvent.Approve, "https://track.radantus.com/postback?cid={}&payout={}&txid={}&currency={}&et={}&param1={}", "et param1", "")]
    // doc.voluum.com/en/tracking_offers_custom_conversions.html; currency: doc.voluum.com/en/tracking_conversions_postback.html.
    [InlineData("voluum-events", StatusEvent.Wait, "http://your_Voluum_domain.com/postback?cid=[subid]&payout=[commission]&txid=[transactionID]&et=install", "", "")]
    [InlineData("voluum-events", StatusEvent.Approve, "http://your_Voluum_domain.com/postback?cid=[subid]&payout=[comission]&txid=[transactionID]&et=purchase", "", "currency")]
    // help.redtrack.io, Dynamic parameters: clickid; sum: redtrack.zendesk.com, S2S Tracking via Postback URL; status: help.redtrack.io,
    // Conversion tracking.
    [InlineData("redtrack", StatusEvent.Approve, "http://your.dedicated.tracking.domain.com/postback?clickid={affiliate_network_parameter}", "", "sum status")]
    // help.redtrack.io, Conversion tracking: types, statuses, duplicates; there rdtk_event_id, too.
    [InlineData("redtrack-events", StatusEvent.Wait, "https://my.postback.com/postback?clickid={sub}&type=Upsell", "", "sum rdtk_event_id")]
    // docs.bemob.com/en/create-custom-affiliate-network.
    [InlineData("bemob", StatusEvent.Wait, "http://xxxxx.bemobtrcks.com/postback?cid=REPLACE&payout=OPTIONAL&txid=OPTIONAL&status=OPTIONAL", "", "")]
    [InlineData("bemob", StatusEvent.Approve, "http://xxxxx.bemobtrcks.com/postback?cid=REPLACE&payout=OPTIONAL&txid=OPTIONAL&status=OPTIONAL", "", "")]
    // help.clickflare.io, How to submit an S2S postback URL to an affiliate network.
    [InlineData("clickflare", StatusEvent.Approve, "https://your_clickflare_domain.com/cf/cv?click_id=REPLACE&payout=OPTIONAL&txid=OPTIONAL", "", "")]
    // help.clickflare.io/en/settings/s2s-postback-ur-ls.
    [InlineData("clickflare-old", StatusEvent.Approve, "https://your-tracking-domain.com/cf/postback?cid={aff_sub}&payout={amount}&txid={transactionid}", "", "")]
    // www.altercpa.red/en/postback.html, with the parameters from there.
    [InlineData("altercpa", StatusEvent.Wait, "https://www.altercpa.red/api/track/postback.json?id=TOKEN&click={click}", "", "uid status")]
    [InlineData("altercpa", StatusEvent.Approve, "https://www.altercpa.red/api/track/postback.json?id=TOKEN&click={click}", "", "uid status price currency")]
    // docs.altercpa.top/en/trackers/altercpa-pro/.
    [InlineData("altercpa-pro", StatusEvent.Wait, "https://{domain}/api/site/click.json?token={token}&click={click}&exto={lead}", "", "")]
    [InlineData("altercpa-pro", StatusEvent.Hold, "https://{domain}/api/site/status.json?token={token}&click={click}&status=hold&auto=1&exto={lead}", "", "")]
    [InlineData("altercpa-pro", StatusEvent.Approve, "https://{domain}/api/site/status.json?token={token}&click={click}&status=approve&auto=1&exto={lead}", "", "")]
    [InlineData("altercpa-pro", StatusEvent.Cancel, "https://{domain}/api/site/status.json?token={token}&click={click}&status=cancel&auto=1&exto={lead}", "", "")]
    [InlineData("altercpa-pro", StatusEvent.Trash, "https://{domain}/api/site/status.json?token={token}&click={click}&status=trash&auto=1&exto={lead}", "", "")]
    public void The_url_is_the_documented_one(string name, StatusEvent statusEvent, string documented, string left, string added, string at = "https://tracker.example")
    {
        var (path, names) = Parts(documented);

        var (ourPath, ourNames) = Parts(Url(name, statusEvent, at));

        Assert.Equal(path, ourPath);
        Assert.Equal(names.Except(left.Split(' ')).Concat(added.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Order(), ourNames.Order());
    }

    [Theory]
    // docs.altercpa.top/en/trackers/keitaro/.
    [InlineData("keitaro", "status", "lead lead sale rejected rejected")]
    // Free text: docs.binom.org/postback-url.php.
    [InlineData("binom", "cnv_status", "lead hold sale rejected trash")]
    [InlineData("binom-v1", "cnv_status", "lead hold sale rejected trash")]
    // Approvals only, without a word.
    [InlineData("voluum", "et", "- - (none) - -")]
    [InlineData("clickflare", "ct", "- - (none) - -")]
    [InlineData("clickflare-old", "ct", "- - (none) - -")]
    // The account's own.
    [InlineData("voluum-events", "et", "lead hold sale rejected trash")]
    [InlineData("redtrack-events", "type", "Lead Hold Sale Rejected Trash")]
    [InlineData("bemob", "status", "new new approved declined declined")]
    // help.redtrack.io, Conditional postback.
    [InlineData("redtrack", "status", "pending pending approved declined declined")]
    // www.altercpa.red/en/api.html.
    [InlineData("altercpa", "status", "new hold approve cancel trash")]
    // docs.altercpa.top/en/trackers/altercpa-pro/: the first makes the lead and has no status.
    [InlineData("altercpa-pro", "status", "(none) hold approve cancel trash")]
    [InlineData("generic", "status", "wait hold approve cancel trash")]
    public void Each_event_has_the_trackers_word(string name, string parameter, string words)
    {
        var sent = Enum.GetValues<StatusEvent>().Select(e =>
            !Shipped[name].Words.TryGetValue(e, out var word) ? "-"
            : Url(name, e).Contains($"&{parameter}={{status}}", StringComparison.Ordinal) ? word
            : "(none)");

        Assert.Equal(words, string.Join(' ', sent));
    }

    [Theory]
    [InlineData("keitaro", TransactionId.Order, TrackerRepeat.Updates)]
    [InlineData("binom", TransactionId.None, TrackerRepeat.Updates)]
    [InlineData("binom-v1", TransactionId.None, TrackerRepeat.Updates)]
    [InlineData("voluum", TransactionId.Order, TrackerRepeat.Ignored)]
    [InlineData("voluum-events", TransactionId.Event, TrackerRepeat.Ignored)]
    [InlineData("redtrack", TransactionId.None, TrackerRepeat.Updates)]
    [InlineData("redtrack-events", TransactionId.Event, TrackerRepeat.Ignored)]
    [InlineData("bemob", TransactionId.Order, TrackerRepeat.Updates)]
    [InlineData("clickflare", TransactionId.Event, TrackerRepeat.Ignored)]
    [InlineData("clickflare-old", TransactionId.Event, TrackerRepeat.Ignored)]
    [InlineData("altercpa", TransactionId.Order, TrackerRepeat.Updates)]
    [InlineData("altercpa-pro", TransactionId.Order, TrackerRepeat.Updates)]
    [InlineData("generic", TransactionId.Order, TrackerRepeat.Updates)]
    public void The_transaction_id_is_as_the_tracker_tells_conversions_apart(string name, TransactionId transactionId, TrackerRepeat repeat) =>
        Assert.Equal((transactionId, repeat), (Shipped[name].TransactionId, Shipped[name].Repeat));

    [Fact]
    public void An_approval_brings_its_payout_wherever_the_tracker_takes_one() =>
        Assert.Equal(["altercpa-pro"], Shipped.Keys.Where(name => !Url(name, StatusEvent.Approve).Contains("{payout}", StringComparison.Ordinal)));

    [Fact]
    public void Only_trackers_with_a_token_of_their_own_need_a_parameter_from_the_campaign() =>
        Assert.Equal(["altercpa id", "altercpa-pro token"], Shipped.Values.SelectMany(t => t.Needs.Keys.Select(need => $"{t.Name} {need}")).Order());

    [Fact]
    public void A_status_that_is_missing_is_a_sale_to_keitaro_and_something_else_to_redtrack() =>
        Assert.Equal(["keitaro sale", "redtrack other"], Shipped.Values.Where(t => t.WithoutStatus is not null).Select(t => $"{t.Name} {t.WithoutStatus}").Order());

    [Fact]
    public void Only_altercpa_pro_must_have_had_the_first_event() =>
        Assert.Equal(["altercpa-pro"], Shipped.Values.Where(t => t.RequiredFirst.Count > 0).Select(t => t.Name));

    [Theory]
    // support.tune.com, Receiving Conversions via Postback URL.
    [InlineData("generic", "success=true;", TrackerVerdict.Credited, null)]
    [InlineData("generic", "success=false; err_msg=Invalid Trans. ID #1027c887059b47b.;", TrackerVerdict.Refused, "Invalid Trans. ID #1027c887059b47b.")]
    [InlineData("generic", "success=false;", TrackerVerdict.Refused, null)]
    [InlineData("generic", """{"success": false, "message": "Click not found"}""", TrackerVerdict.Refused, "Click not found")]
    [InlineData("generic", """{"error":"bad token","success":false}""", TrackerVerdict.Refused, "bad token")]
    [InlineData("generic", """{"success":false,"code":5}""", TrackerVerdict.Refused, null)]
    [InlineData("generic", """{"success":false,"items":[{"id":1,"error":"no"}]}""", TrackerVerdict.Refused, null)]
    [InlineData("generic", """{"status":"error","error":"security"}""", TrackerVerdict.Refused, "security")]
    [InlineData("generic", """{"message":"no click","status" : "error"}""", TrackerVerdict.Refused, "no click")]
    [InlineData("generic", """{"status":"ok","errors":[]}""", TrackerVerdict.Received, null)]
    [InlineData("generic", """{"success":true}""", TrackerVerdict.Received, null)]
    [InlineData("generic", """{"success":true,"items":[{"id":1,"success":false}]}""", TrackerVerdict.Received, null)]
    [InlineData("generic", """{"status":"ok","previous":{"status":"error"}}""", TrackerVerdict.Received, null)]
    [InlineData("generic", "<a href=\"/?success=true\">", TrackerVerdict.Received, null)]
    [InlineData("generic", "<a href=\"/?success=false\">", TrackerVerdict.Received, null)]
    [InlineData("generic", "<script>let answer = {\"success\":false};</script>", TrackerVerdict.Received, null)]
    [InlineData("generic", "OK", TrackerVerdict.Received, null)]
    [InlineData("generic", "", TrackerVerdict.Received, null)]
    [InlineData("generic", null, TrackerVerdict.Received, null)]
    // altercpa.one/en/api.html: status and error in an answer.
    [InlineData("altercpa", """{"status":"error","error":"click"}""", TrackerVerdict.Refused, "click")]
    [InlineData("altercpa", """{"status":"ok","last":{"status":"error","error":"click"}}""", TrackerVerdict.Received, null)]
    [InlineData("altercpa", """{"status":"ok","id":17}""", TrackerVerdict.Received, null)]
    [InlineData("altercpa-pro", """{"error":"click","status":"error"}""", TrackerVerdict.Refused, "click")]
    [InlineData("altercpa-pro", """{"status":"ok"}""", TrackerVerdict.Received, null)]
    // Undocumented, or said before the tracker has looked.
    [InlineData("keitaro", "success=false", TrackerVerdict.Received, null)]
    [InlineData("binom", "OK", TrackerVerdict.Received, null)]
    [InlineData("voluum", "", TrackerVerdict.Received, null)]
    public void The_answer_is_taken_for_no_more_than_the_documentation_says(string name, string? body, TrackerVerdict verdict, string? reason)
    {
        var reading = Shipped[name].Answers.Read(body);

        Assert.Equal((verdict, reason), (reading.Verdict, reading.Reason));
    }

    [Theory]
    // docs.altercpa.top/en/api/authentication/, Framework errors.
    [InlineData("altercpa", """{"status":"error","error":"db"}""", true)]
    [InlineData("altercpa", """{"status":"error","error":"key"}""", false)]
    [InlineData("altercpa", """{"error":"ban","status":"error"}""", false)]
    [InlineData("altercpa-pro", """{"error":"db","status":"error"}""", true)]
    [InlineData("altercpa-pro", """{"status":"error","error":"unpaid"}""", false)]
    [InlineData("altercpa-pro", """{"status":"error","error":"func"}""", false)]
    // Not documented, and so it may pass.
    [InlineData("altercpa", """{"status":"error","error":"keyword"}""", true)]
    [InlineData("altercpa-pro", """{"status":"error"}""", true)]
    [InlineData("generic", """{"status":"error","error":"db"}""", false)]
    public void Where_http_is_always_200_an_error_that_may_pass_is_tried_again(string name, string body, bool retry)
    {
        var reading = Shipped[name].Answers.Read(body);

        Assert.Equal((TrackerVerdict.Refused, retry), (reading.Verdict, reading.Retry));
    }

    [Theory]
    // support.tune.com, Receiving Conversions via Postback URL; developers.tune.com, Conversion status codes, 12 and 18.
    [InlineData("success=false; err_msg=Duplicate conversion;", true, "Duplicate conversion")]
    [InlineData("success=false; err_msg=Duplicate Conversion by Unique ID;", true, "Duplicate Conversion by Unique ID")]
    [InlineData("""{"success":false,"code":7,"message":"Conversion already exists"}""", true, "Conversion already exists")]
    [InlineData("""{"error":"already been recorded","status":"error"}""", true, "already been recorded")]
    [InlineData("""{"status":"error","reason":"duplicate"}""", true, "duplicate")]
    [InlineData("success=false; err_msg=Invalid Advertiser security token;", false, "Invalid Advertiser security token")]
    [InlineData("""{"success":false,"message":"The offer has already ended"}""", false, "The offer has already ended")]
    [InlineData("""{"success":false,"message":"Click not found","duplicate":false}""", false, "Click not found")]
    public void A_refusal_that_it_has_the_conversion_already_is_no_loss_after_an_earlier_attempt(string body, bool creditedOnRetry, string reason)
    {
        var reading = Shipped["generic"].Answers.Read(body);

        Assert.Equal((TrackerVerdict.Refused, creditedOnRetry, reason), (reading.Verdict, reading.CreditedOnRetry, reading.Reason));
    }

    /// <summary>With the parameters that the campaign brings.</summary>
    private static string Url(string name, StatusEvent statusEvent, string at = "https://tracker.example") =>
        Shipped[name].UrlFor(statusEvent, at, Shipped[name].Needs.Keys.ToDictionary(need => need, _ => "{env:TOKEN}"));

    private static (string Path, IEnumerable<string> Names) Parts(string url)
    {
        var parts = url[(url.IndexOf('/', "https://".Length))..].Split('?');
        return (parts[0], parts[1].Split('&').Select(parameter => parameter.Split('=')[0]));
    }
}
