using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>Postbacks that name a tracker, and what their macros and answers have from it.</summary>
public sealed class TrackerPostbackTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_tracker_with_the_url_that_its_panel_shows_keeps_it_to_the_letter()
    {
        folder.Set(ConfigFolder.Tracker, "transaction_id", "\"event\"");
        var postbacks = folder.Postback("""{"tracker": "binom", "url": "https://B.example/click?S={status}&cnv_id={click}&x={tid}"}""");

        Assert.Equal([StatusEvent.Wait, StatusEvent.Approve], postbacks.Keys.Order());
        Assert.All(postbacks.Values, t => Assert.Equal("https://B.example/click?S={status}&cnv_id={click}&x={tid}", t.Url));
        Assert.Equal("sold well", postbacks[StatusEvent.Approve].Word);
        Assert.Equal(TransactionId.Event, postbacks[StatusEvent.Approve].Tracker!.TransactionId);
    }

    [Fact]
    public void Its_own_words_and_parameters_replace_the_trackers()
    {
        var postbacks = folder.Postback("""{"tracker": "binom", "base": "https://b.example", "words": {"hold": "Pending", "approve": "Sale"}, "parameters": {"upd_key": "{env:K}", "cnv_status": "x-{status}"}}""");

        Assert.Equal([StatusEvent.Hold, StatusEvent.Approve], postbacks.Keys.Order());
        Assert.Equal("https://b.example/click.php?cnv_id={click}&cnv_status=x-{status}&upd_key={env:K}", postbacks[StatusEvent.Hold].Url);
        Assert.Equal(("Pending", "Sale"), (postbacks[StatusEvent.Hold].Word, postbacks[StatusEvent.Approve].Word));
    }

    [Fact]
    public void An_event_can_have_a_form_of_its_own_in_the_trackers_file()
    {
        folder.Set(ConfigFolder.Tracker, "event_forms", """{"wait": {"path": "/click.json", "parameters": {"c": "{click}"}}}""");
        var postbacks = folder.Postback("""{"tracker": "binom", "base": "https://b.example", "parameters": {"t": "{env:T}"}}""");

        Assert.Equal("https://b.example/click.json?c={click}&t={env:T}", postbacks[StatusEvent.Wait].Url);
        Assert.Equal("https://b.example/click.php?cnv_id={click}&cnv_status={status}&payout={payout}&t={env:T}", postbacks[StatusEvent.Approve].Url);

        Assert.Equal([StatusEvent.Approve], folder.Postback("""{"tracker": "binom", "url": "https://b.example/click.php?cnv_id={click}&cnv_status={status}"}""").Keys);
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", """{"wait": {"tracker": "binom", "url": "https://b.example/click.php?cnv_id={click}"}}""").Fault();
        Assert.Contains("Binom takes wait at /click.json; write that URL here.", fault.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"tracker": "binom", "base": "https://b.example"}""", "postbacks.parameters", "Binom needs key: the account's. Add \"parameters\": {\"key\": \"{env:NAME}\"}.")]
    [InlineData("""{"tracker": "binom", "base": "https://b.example", "parameters": {"key": "s3cret"}}""", "postbacks.parameters", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/?cnv_id={click}"}""", "postbacks.url", "Binom needs key: the account's. Add key={env:NAME} to the URL.")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/?cnv_id={click}&key=s3cret"}""", "postbacks.url", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/?cnv_id={click}&key=s3cret{sub1}"}""", "postbacks.url", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/?key=s3cret", "form": {"cnv_id": "{click}"}}""", "postbacks.url", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/", "form": {"cnv_id": "{click}", "key": "s3cret"}}""", "postbacks.url", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/", "json": {"cnv_id": "{click}", "key": "s3cret"}}""", "postbacks.url", "write where it is, as {env:NAME}")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/", "json": {"cnv_id": "{click}"}}""", "postbacks.url", "Binom needs key")]
    public void What_a_tracker_knows_the_caller_by_must_be_there_and_must_be_a_reference(string json, string at, string why)
    {
        var fault = folder.Set(ConfigFolder.Tracker, "needs", """{"key": "the account's"}""").Set(ConfigFolder.Campaign, "postbacks", json).Fault();

        Assert.Equal((at, null), (fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("s3cret", fault.Why);
    }

    [Theory]
    [InlineData("""{"tracker": "binom"}""", "postbacks.base", "https://DOMAIN, or a url")]
    [InlineData("""{"tracker": "binom", "base": "https://b.example", "url": "https://b.example"}""", "postbacks.url", "not known")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example", "parameters": {"a": "b"}}""", "postbacks.parameters", "not known")]
    [InlineData("""{"tracker": "binom", "url": "https://b.example/?t={tid}"}""", "postbacks.url", "Binom knows no transaction id; leave {tid} out.")]
    [InlineData("""{"tracker": "binom", "base": "https://b.example", "parameters": {"t": "{tid}"}}""", "postbacks.parameters", "Binom knows no transaction id")]
    [InlineData("""{"tracker": "binom", "base": "https://b.example", "parameters": {"t": "a&b=c"}}""", "postbacks.parameters.t", "one parameter per key")]
    [InlineData("""{"tracker": "binom", "base": "https://b.example", "words": {}}""", "postbacks.words", "leave the key out")]
    [InlineData("""{"url": "https://b.example/?c={status:approve=a}", "headers": {"X-A": "{status:cancel=b}"}}""", "postbacks", "It would be sent for no event")]
    [InlineData("""["https://a.example", {"tracker": "binom", "url": "https://b.example/?c={status:approve=a}", "words": {"wait": "lead"}}]""", "postbacks[1]", "It would be sent for no event")]
    [InlineData("""{"url": "https://b.example", "words": {"wait": "x"}}""", "postbacks.tracker", "missing")]
    [InlineData("""{"wait": "https://b.example/?s={status:approve=sale}"}""", "postbacks.wait", "Its {status:…} has no word for wait; remove this event, or add wait=WORD to it.")]
    [InlineData("""{"url": "https://b.example", "json": {"c": "{raw:click}"}}""", "postbacks.json", "for URLs and forms")]
    [InlineData("""{"url": "https://b.example", "body": "{raw:click}", "content_type": "text/plain"}""", "postbacks.body", "for URLs and forms")]
    [InlineData("""{"url": "https://b.example", "headers": {"X-C": "{raw:click}"}}""", "postbacks.headers.X-C", "for URLs and forms")]
    public void What_does_not_go_together_is_a_fault(string json, string at, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", json).Fault();

        Assert.Equal(at, fault.Key);
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void Words_within_the_macro_are_sent_for_their_events_and_no_others()
    {
        var postbacks = folder.Postback("\"https://t.example/?c={click}&s={status:approve=Sale Made,cancel=rejected}\"");

        Assert.Equal([StatusEvent.Approve, StatusEvent.Cancel], postbacks.Keys.Order());
        Assert.False(postbacks[StatusEvent.Approve].Shows("status"));
    }

    [Fact]
    public void One_that_names_no_tracker_is_answered_by_the_rules_of_generic_where_the_folder_has_it()
    {
        Assert.Equal(TrackerVerdict.Received, folder.Postback("\"https://t.example\"")[StatusEvent.Wait].Answers.Read("success=false").Verdict);

        folder.Write("trackers/generic.json", ConfigFolder.Valid[ConfigFolder.Tracker]).Set("trackers/generic.json", "answers", """[{"match": "success=false", "means": "refused"}]""");

        Assert.Equal(TrackerVerdict.Refused, folder.Postback("\"https://t.example\"")[StatusEvent.Wait].Answers.Read("success=false").Verdict);
        Assert.Equal(TrackerVerdict.Received, folder.Postback("""{"tracker": "binom", "base": "https://t.example"}""")[StatusEvent.Wait].Answers.Read("success=false").Verdict);
    }
}
