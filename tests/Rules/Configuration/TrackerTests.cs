namespace LeadRelay.Tests.Rules.Configuration;

public sealed class TrackerTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parameters_keep_the_files_order()
    {
        folder.Set(ConfigFolder.Tracker, "parameters", """{"z": "{click}", "a": "1", "data[x]": "{order_id}-{event}"}""").Set(ConfigFolder.Tracker, "money_parameters", null);

        var tracker = folder.Config().Trackers["binom"];

        Assert.Equal(["z", "a", "data[x]"], tracker.Form.Parameters.Keys);
        Assert.Empty(tracker.MoneyParameters);
    }

    [Theory]
    [InlineData("source", null, "source", null, "missing")]
    [InlineData("path", null, "path", null, "missing")]
    [InlineData("path", "\"postback\"", "path", "\"postback\"", "begins with /")]
    [InlineData("path", "\"/p?x=1\"", "path", "\"/p?x=1\"", "without ?")]
    [InlineData("path", "\"/{click}\"", "path", "\"/{click}\"", "macros")]
    [InlineData("path", "\"/a\\\\b\"", "path", "\"/a\\\\b\"", "%5C")]
    [InlineData("path", "\"/ü\"", "path", "\"/ü\"", "percent-encoded")]
    [InlineData("parameters", null, "parameters", null, "missing")]
    [InlineData("parameters", "[]", "parameters", null, "an object")]
    [InlineData("parameters", "\"key=s3cret\"", "parameters", null, "an object")]
    [InlineData("money_parameters", "\"key=s3cret\"", "money_parameters", null, "an object")]
    [InlineData("parameters/a&b", "\"1\"", "parameters.a&b", null, "name should be")]
    [InlineData("parameters/x", "\"1&y=2\"", "parameters.x", null, "one parameter per key")]
    [InlineData("parameters/x", "\"{subid}\"", "parameters.x", null, "here use {click}")]
    [InlineData("parameters/x", "\"ü\"", "parameters.x", null, "percent-encoded")]
    [InlineData("parameters/x", "1", "parameters.x", null, "a text in quotes")]
    [InlineData("money_parameters/cnv_id", "\"1\"", "money_parameters.cnv_id", null, "among parameters already")]
    [InlineData("parameters/x", "\"OPTIONAL\"", "parameters.x", null, "placeholder")]
    [InlineData("words", null, "words", null, "missing")]
    [InlineData("title", null, "title", null, "missing")]
    [InlineData("transaction_id", null, "transaction_id", null, "missing")]
    [InlineData("transaction_id", "\"stage\"", "transaction_id", "\"stage\"", "not known")]
    [InlineData("parameters/t", "\"{order_id}-{tid}\"", "transaction_id", null, "It is none, and {tid} stands in a parameter")]
    [InlineData("repeat", null, "repeat", null, "missing")]
    [InlineData("repeat", "\"update\"", "repeat", "\"update\"", "Did you mean \"updates\"?")]
    [InlineData("event_forms", "{\"hold\":{\"path\":\"/\",\"parameters\":{}}}", "event_forms.hold", null, "not among words")]
    [InlineData("event_forms", "{\"wait\":{\"path\":\"x\",\"parameters\":{}}}", "event_forms.wait.path", "\"x\"", "begins with /")]
    [InlineData("known_words", "[\"new\"]", "known_words", null, "\"sold well\" is among words and not here")]
    [InlineData("answers", "[]", "answers", "[…]", "1 to 20")]
    [InlineData("answers", "[{\"match\":\"(\",\"means\":\"refused\"}]", "answers[0].match", "\"(\"", "regular expression of .NET")]
    [InlineData("answers", "[{\"match\":\"(?=a)\",\"means\":\"refused\"}]", "answers[0].match", "\"(?=a)\"", "without lookaround")]
    [InlineData("answers", "[{\"match\":\"a\",\"means\":\"counted\"}]", "answers[0].means", "\"counted\"", "not known")]
    [InlineData("answers", "[{\"match\":\"a\",\"means\":\"credited\",\"retry\":true}]", "answers[0].retry", null, "goes with means: refused")]
    [InlineData("answers", "[{\"match\":\"a\",\"means\":\"received\",\"credited_on_retry\":true}]", "answers[0].credited_on_retry", null, "goes with means: refused")]
    [InlineData("money_parameters/t", "\"{tid}\"", "transaction_id", null, "It is none, and {tid} stands in a parameter")]
    [InlineData("event_forms", "[]", "event_forms", "[…]", "an object")]
    [InlineData("event_forms/wait", "5", "event_forms.wait", "5", "an object")]
    [InlineData("words", "{}", "words", null, "There is none")]
    [InlineData("answer_otherwise", "\"ok\"", "answer_otherwise", "\"ok\"", "not known")]
    [InlineData("traps", "\"One.\"", "traps", "\"One.\"", "a list")]
    [InlineData("required_first", "\"wait\"", "required_first", "\"wait\"", "a list")]
    [InlineData("required_first", "[]", "required_first", "[…]", "at least 1")]
    [InlineData("required_first", "[\"click\"]", "required_first[0]", "\"click\"", "not known")]
    [InlineData("required_first", "[\"wait\", \"hold\"]", "required_first[1]", "\"hold\"", "not among words")]
    [InlineData("words/hold", "\"\"", "words.hold", "\"\"", "empty")]
    public void These_are_faults(string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Tracker, key, json).Fault();

        Assert.Equal((ConfigFolder.Tracker, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }
}
