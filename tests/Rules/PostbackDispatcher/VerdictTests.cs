using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What a tracker's answer means for the next attempt.</summary>
public class VerdictTests
{
    private const double Middle = 0.5;

    private static readonly AnswerRules Rules = new(
    [
        new(new Regex("success=true"), TrackerVerdict.Credited, false, false),
        new(new Regex(@"success=false;?\s*(err_msg=(?<reason>[^;]*))?"), TrackerVerdict.Refused, false, false),
        new(new Regex("not stored yet"), TrackerVerdict.Refused, true, false),
        new(new Regex("Duplicate"), TrackerVerdict.Refused, false, true),
    ], TrackerVerdict.Received);

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(299)]
    public void Success_is_delivered_whatever_the_attempt(int status)
    {
        Assert.Equal(new Verdict(true, null, null, TrackerVerdict.Received), Of(status, 1));
        Assert.Equal(new Verdict(true, null, null, TrackerVerdict.Received), Of(status, 99));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(599)]
    public void What_may_pass_is_tried_again_by_the_schedule_and_then_has_failed(int? status)
    {
        for (var attempt = 1; attempt <= Verdict.Schedule.Count; attempt++)
        {
            var verdict = Of(status, attempt);
            Assert.Equal((false, Verdict.Schedule[attempt - 1]), (verdict.Delivered, verdict.RetryIn));
            Assert.NotNull(verdict.Reason);
        }
        Assert.Null(Of(status, Verdict.Schedule.Count + 1).RetryIn);
        Assert.False(Of(status, Verdict.Schedule.Count + 1).Delivered);
    }

    [Fact]
    public void A_tracker_that_says_that_it_has_had_it_refuses_a_first_attempt_and_behind_another_one_has_counted_that()
    {
        var answer = new TrackerAnswer(200, "Duplicate", null, null, 1);

        var first = Verdict.Of(answer, Rules, 1, TimeSpan.Zero, Middle);
        Assert.Equal((false, null, TrackerVerdict.Refused), (first.Delivered, first.RetryIn, first.Says));
        Assert.Equal(new Verdict(true, null, null, TrackerVerdict.Credited), Verdict.Of(answer, Rules, 2, Verdict.Planned(2), Middle));
    }

    [Fact]
    public void The_schedule_is_the_documented_one() =>
        Assert.Equal(new[] { 5, 30, 120, 600, 1800, 7200, 21600, 43200 }, Verdict.Schedule.Select(wait => (int)wait.TotalSeconds));

    [Theory]
    [InlineData(101)]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(304)]
    [InlineData(308)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(422)]
    public void What_will_not_pass_has_failed_at_once_and_says_why(int status)
    {
        var verdict = Of(status, 1);

        Assert.Equal((false, null), (verdict.Delivered, verdict.RetryIn));
        Assert.Contains($"{status}", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_redirect_says_what_to_do_about_it() => Assert.Contains("final URL", Of(302, 1).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_tracker_that_does_not_know_the_click_is_given_some_time_only()
    {
        Assert.All(Enumerable.Range(1, 5), attempt => Assert.Equal(Verdict.Schedule[attempt - 1], Of(404, attempt).RetryIn));
        Assert.Null(Of(404, 6).RetryIn);
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(1, 1, 5)]
    [InlineData(1, 0, 5)]
    [InlineData(1, -3600, 5)]
    [InlineData(4, 60, 600)]
    [InlineData(1, 43_200, 43_200)]
    [InlineData(1, 1_000_000, 74_555)]
    [InlineData(2, int.MaxValue, 74_550)]
    [InlineData(8, 1_000_000, 43_200)]
    public void Retry_After_makes_the_wait_longer_and_never_goes_past_the_end_of_the_schedule(int attempt, int asked, int waits) =>
        Assert.Equal(TimeSpan.FromSeconds(waits), Of(429, attempt, asked).RetryIn);

    [Theory]
    [InlineData(60)]
    [InlineData(3600)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    public void However_long_a_tracker_asks_to_wait_the_attempts_end_with_the_schedule(int asked)
    {
        var (waited, attempt) = (TimeSpan.Zero, 1);
        for (; Verdict.Of(Answer(503, asked), AnswerRules.None, attempt, waited, 1).RetryIn is { } wait; attempt++)
            waited += wait;

        Assert.InRange(attempt, 2, 9);
        Assert.InRange(waited, TimeSpan.FromMinutes(9), Verdict.Whole * 1.2);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    public void A_success_that_breaks_off_is_not_sent_twice_and_says_so(int status)
    {
        var verdict = Verdict.Of(new TrackerAnswer(status, null, "The connection ended.", null, 5), AnswerRules.None, 1, TimeSpan.Zero, Middle);

        Assert.Equal((true, null), (verdict.Delivered, verdict.RetryIn));
        Assert.Contains($"{status}", verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("The connection ended.", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "success=true", true, null, TrackerVerdict.Credited, null)]
    [InlineData(202, "whatever", true, null, TrackerVerdict.Received, null)]
    [InlineData(204, "", true, null, TrackerVerdict.Received, null)]
    [InlineData(200, null, true, null, TrackerVerdict.Received, null)]
    [InlineData(200, "success=false; err_msg=Broken clickid", false, null, TrackerVerdict.Refused, "The tracker answered 200, but refused it: Broken clickid.")]
    [InlineData(201, "success=false; err_msg=No such click.", false, null, TrackerVerdict.Refused, "The tracker answered 201, but refused it: No such click.")]
    [InlineData(200, "success=false", false, null, TrackerVerdict.Refused, "The tracker answered 200, but refused it: its answer says so.")]
    [InlineData(200, "not stored yet", false, 5, TrackerVerdict.Refused, "The tracker answered 200, but refused it: its answer says so.")]
    [InlineData(301, "success=true", false, null, null, "The tracker redirects (301); put the final URL into the postback.")]
    [InlineData(400, "success=true", false, null, null, "The tracker answered 400.")]
    [InlineData(403, "success=false; err_msg=Broken clickid", false, null, null, "The tracker answered 403.")]
    [InlineData(404, "success=true", false, 5, null, "The tracker answered 404.")]
    [InlineData(500, "success=false", false, 5, null, "The tracker answered 500.")]
    public void The_body_of_a_success_says_what_the_tracker_made_of_it_and_no_other_body_does(
        int status, string? body, bool delivered, int? retryIn, TrackerVerdict? says, string? reason) => Assert.Equal(
        new Verdict(delivered, retryIn is { } seconds ? TimeSpan.FromSeconds(seconds) : null, reason, says),
        Verdict.Of(new TrackerAnswer(status, body, null, null, 5), Rules, 1, TimeSpan.Zero, Middle));

    [Fact]
    public void What_a_tracker_may_take_later_is_tried_again_as_often_as_what_it_does_not_find()
    {
        static Verdict At(int attempt, int? retryAfter = null) =>
            Verdict.Of(Answer(200, retryAfter) with { Body = "not stored yet" }, Rules, attempt, Verdict.Planned(attempt), Middle);

        Assert.All(Enumerable.Range(1, 5), attempt => Assert.Equal(Verdict.Schedule[attempt - 1], At(attempt).RetryIn));
        Assert.Equal((false, null, TrackerVerdict.Refused), (At(6).Delivered, At(6).RetryIn, At(6).Says));
        Assert.Equal(TimeSpan.FromSeconds(60), At(1, retryAfter: 60).RetryIn);
    }

    [Theory]
    [InlineData("success=false; err_msg=Broken clickid", TrackerVerdict.Received, TrackerVerdict.Refused, "The tracker answered 200, but refused it: Broken clickid.")]
    [InlineData("succ", TrackerVerdict.Received, TrackerVerdict.Received, "The tracker answered 200, but not to the end. The connection ended.")]
    [InlineData("success=true", TrackerVerdict.Received, TrackerVerdict.Received, "The tracker answered 200, but not to the end. The connection ended.")]
    [InlineData("succ", TrackerVerdict.Refused, TrackerVerdict.Received, "The tracker answered 200, but not to the end. The connection ended.")]
    [InlineData(null, TrackerVerdict.Refused, TrackerVerdict.Received, "The tracker answered 200, but not to the end. The connection ended.")]
    public void Of_a_success_that_breaks_off_only_a_refusal_that_came_counts(string? body, TrackerVerdict otherwise, TrackerVerdict says, string reason) => Assert.Equal(
        new Verdict(says is not TrackerVerdict.Refused, null, reason, says),
        Verdict.Of(new TrackerAnswer(200, body, "The connection ended.", null, 5), Rules with { Otherwise = otherwise }, 1, TimeSpan.Zero, Middle));

    [Fact]
    public void Of_a_long_word_on_a_refusal_the_beginning_is_the_reason()
    {
        var verdict = Verdict.Of(Answer(200, null) with { Body = "success=false; err_msg=" + new string('x', 16_000) }, Rules, 1, TimeSpan.Zero, Middle);

        Assert.Equal($"The tracker answered 200, but refused it: {new string('x', 300)}…", verdict.Reason);
    }

    [Fact]
    public void A_refusal_that_breaks_off_is_a_refusal() =>
        Assert.Null(Verdict.Of(new TrackerAnswer(410, null, "The connection ended.", null, 5), AnswerRules.None, 1, TimeSpan.Zero, Middle).RetryIn);

    [Fact]
    public void A_host_that_must_not_be_called_is_not_tried_again() =>
        Assert.Equal(new Verdict(false, null, "Why."), Verdict.Of(new TrackerAnswer(null, null, "Why.", null, 5, Forbidden: true), AnswerRules.None, 1, TimeSpan.Zero, Middle));

    [Fact]
    public void Jitter_stays_within_20_percent() => Prop.ForAll(Gen.Choose(0, 1000).Zip(Gen.Choose(1, 8)).ToArbitrary(), c =>
    {
        var (planned, wait) = (Verdict.Schedule[c.Item2 - 1], Verdict.Of(Answer(500, null), AnswerRules.None, c.Item2, Verdict.Planned(c.Item2), c.Item1 / 1000.0).RetryIn!.Value);
        return wait >= planned * 0.8 && wait <= planned * 1.2;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Jitter_spreads_over_the_whole_range()
    {
        Assert.Equal(TimeSpan.FromSeconds(4), Verdict.Of(Answer(500, null), AnswerRules.None, 1, TimeSpan.Zero, 0).RetryIn);
        Assert.Equal(TimeSpan.FromSeconds(6), Verdict.Of(Answer(500, null), AnswerRules.None, 1, TimeSpan.Zero, 1).RetryIn);
    }

    private static Verdict Of(int? status, int attempt, int? retryAfter = null) => Verdict.Of(Answer(status, retryAfter), AnswerRules.None, attempt, Verdict.Planned(attempt), Middle);

    private static TrackerAnswer Answer(int? status, int? retryAfter) =>
        new(status, "body", status is null ? "No complete answer." : null, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, 5);
}
