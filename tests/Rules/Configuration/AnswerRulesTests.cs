using System.Text.RegularExpressions;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class AnswerRulesTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("already counted", TrackerVerdict.Credited, null, false)]
    [InlineData("ERROR: no such click", TrackerVerdict.Refused, "no such click", true)]
    [InlineData("error:", TrackerVerdict.Refused, null, true)]
    [InlineData("not already counted; error: x", TrackerVerdict.Credited, null, false)]
    [InlineData("fine", TrackerVerdict.Received, null, false)]
    [InlineData("", TrackerVerdict.Received, null, false)]
    [InlineData(null, TrackerVerdict.Received, null, false)]
    public void The_first_pattern_that_is_found_decides(string? body, TrackerVerdict verdict, string? reason, bool retry) =>
        Assert.Equal(new AnswerRules.Reading(verdict, reason, retry), Rules().Read(body));

    [Fact]
    public void A_refusal_that_says_that_it_was_there_before_is_marked() =>
        Assert.Equal(new AnswerRules.Reading(TrackerVerdict.Refused, null, Retry: false, CreditedOnRetry: true), Rules().Read("You said that twice."));

    [Fact]
    public void A_body_that_no_pattern_fits_means_what_the_file_says()
    {
        folder.Set(ConfigFolder.Tracker, "answer_otherwise", "\"refused\"");

        Assert.Equal(TrackerVerdict.Refused, Rules().Read("fine").Verdict);
    }

    [Fact]
    public void Of_a_tracker_without_rules_nothing_is_known() =>
        Assert.Equal(TrackerVerdict.Received, folder.Config().Trackers["binom"].Answers.Read("success=false").Verdict);

    [Fact]
    public void No_body_can_make_a_pattern_slow() =>
        Assert.All(Rules().Rules, rule => Assert.True(rule.Match.Options.HasFlag(RegexOptions.NonBacktracking)));

    private AnswerRules Rules() => folder.Set(ConfigFolder.Tracker, "answers", """
        [{"match": "twice", "means": "refused", "credited_on_retry": true}, {"match": "already counted", "means": "credited"}, {"match": "error:(?<reason>.*)", "means": "refused", "retry": true}]
        """).Config().Trackers["binom"].Answers;
}
