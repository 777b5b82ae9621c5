using FsCheck;
using FsCheck.Fluent;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>What a call to SalesRender means. Money hangs on each row: "nothing sent" is sent again, "in doubt" is not.</summary>
public class CrmOutcomeTests
{
    private const string IdPath = "data.orderMutation.addOrder.id";
    private const string Made = """{"data":{"orderMutation":{"addOrder":{"id":"1001"}}}}""";

    [Theory]
    [InlineData(Made, "1001")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":1001}}}}""", "1001")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":12345678901234567890}}}}""", "12345678901234567890")]
    [InlineData("""{"errors":[{"message":"a field is deprecated"}],"data":{"orderMutation":{"addOrder":{"id":"1001"}}}}""", "1001")]
    [InlineData("""{"errors":[{"extensions":{"code":"ERR_ORDER_LOCKED"}}],"data":{"orderMutation":{"addOrder":{"id":"1001"}}}}""", "1001")]
    [InlineData("""{"errors":null,"data":{"orderMutation":{"addOrder":{"id":"1001","status":null}}},"extensions":{}}""", "1001")]
    public void An_id_in_the_answer_means_done_whatever_else_it_says(string body, string orderId) =>
        Assert.Equal(new CrmOutcome.Done(orderId), Of(200, body));

    [Fact]
    public void The_id_is_that_of_the_mutation_that_was_called()
    {
        const string updated = """{"data":{"orderMutation":{"updateOrder":{"id":"7","status":{"id":"3","name":"x"}}}}}""";

        Assert.Equal(new CrmOutcome.Done("7"), CrmOutcome.Of(Call(200, updated), "data.orderMutation.updateOrder.id"));
        Assert.IsType<CrmOutcome.InDoubt>(CrmOutcome.Of(Call(200, updated), IdPath));
    }

    [Theory]
    [InlineData("""{"errors":[{"message":"No such project","extensions":{"code":"ERR_PROJECT"}}]}""", "ERR_PROJECT", "No such project")]
    [InlineData("""{"errors":[{"message":"No such project"}],"data":null}""", "crm_refused", "No such project")]
    [InlineData("""{"errors":[{"message":"No such project","extensions":{"code":""}}]}""", "crm_refused", "No such project")]
    [InlineData("""{"errors":[{"message":"No such project","extensions":{"code":5}}]}""", "crm_refused", "No such project")]
    [InlineData("""{"errors":[{"message":"No such project","extensions":[]}]}""", "crm_refused", "No such project")]
    [InlineData("""{"errors":[{"message":"","extensions":{"code":"ERR_X"}}]}""", "ERR_X", "SalesRender gave no reason.")]
    [InlineData("""{"errors":[{"message":5}]}""", "crm_refused", "SalesRender gave no reason.")]
    [InlineData("""{"errors":["no"]}""", "crm_refused", "SalesRender gave no reason.")]
    [InlineData("""{"errors":[{"message":"one","extensions":{"code":"ERR_1"}},{"message":"two"}],"data":{"orderMutation":{"addOrder":null}}}""", "ERR_1", "one")]
    public void Errors_without_an_id_are_a_refusal_with_SalesRenders_own_code(string body, string code, string text) =>
        Assert.Equal(new CrmOutcome.Refused(code, text), Of(200, body));

    [Fact]
    public void An_order_that_an_operator_holds_is_tried_again() =>
        Assert.IsType<CrmOutcome.NothingSent>(Of(200, """{"errors":[{"message":"locked","extensions":{"code":"ERR_ORDER_LOCKED"}}],"data":null}"""));

    [Theory]
    [InlineData("")]
    [InlineData("<html>It works</html>")]
    [InlineData("{\"data\":{\"orderMutation\":{\"addOrder\":{\"id\":\"10")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"1001\"")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":""}}}}""")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":null}}}}""")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":{"x":1}}}}}""")]
    [InlineData("""{"data":{"orderMutation":{"addOrder":{"id":"\ud800"}}}}""")]
    [InlineData("""{"data":{"orderMutation":[]}}""")]
    [InlineData("""{"data":{"leadMutation":{"addLead":{"id":"1001"}}}}""")]
    [InlineData("""{"errors":[]}""")]
    [InlineData("""{"errors":{}}""")]
    [InlineData("""{"errors":[{"message":"\ud800"}]}""")]
    public void An_answer_that_cannot_be_read_leaves_the_order_in_doubt(string body) =>
        Assert.IsType<CrmOutcome.InDoubt>(Of(200, body));

    [Theory]
    [InlineData(429, 30, 30)]
    [InlineData(429, null, null)]
    [InlineData(503, 30, 30)]
    [InlineData(503, 0, 0)]
    [InlineData(401, null, null)]
    [InlineData(403, 5, null)]
    public void Some_statuses_say_that_nothing_happened(int status, int? retryAfter, int? waits)
    {
        foreach (var body in new[] { "busy", "", null })
        {
            var nothing = Assert.IsType<CrmOutcome.NothingSent>(Of(status, body, retryAfter));
            Assert.Equal(waits, (int?)nothing.RetryAfter?.TotalSeconds);
            Assert.Equal((status is 401 or 403, false), (nothing.BadCredentials, nothing.IsDown));
        }
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(599)]
    [InlineData(408)]
    public void Other_failures_of_the_server_say_nothing_about_the_order(int status)
    {
        Assert.IsType<CrmOutcome.InDoubt>(Of(status, "oops"));
        Assert.IsType<CrmOutcome.InDoubt>(Of(status, Made));
        Assert.IsType<CrmOutcome.InDoubt>(Of(status, null));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public void A_redirect_and_other_faults_of_the_request_are_refusals(int status)
    {
        var refused = Assert.IsType<CrmOutcome.Refused>(Of(status, "why not"));

        Assert.Equal("crm_refused", refused.Code);
        Assert.Contains($"{status}: why not", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(201, """{"id":"1001","status":"PROCESSING","method":"APPROVE","reward":{"value":0,"currency":"EUR"}}""")]
    [InlineData(201, """{"id":1001}""")]
    [InlineData(200, """{"id":"1001","errors":[]}""")]
    public void The_rest_sibling_has_the_id_at_the_top(int status, string body) =>
        Assert.Equal(new CrmOutcome.Done("1001"), CrmOutcome.Of(Call(status, body), "id"));

    [Theory]
    [InlineData(400, """{"errors":[{"message":"No such offer"}]}""", "crm_refused", "No such offer")]
    [InlineData(422, """{"errors":[{"message":"No such offer"},{"message":"Phone is wrong"}]}""", "crm_refused", "No such offer")]
    [InlineData(404, """{"errors":[{"message":"No such offer","extensions":{"code":"ERR_OFFER"}}]}""", "ERR_OFFER", "No such offer")]
    [InlineData(200, """{"errors":[{"message":"No such offer"}]}""", "crm_refused", "No such offer")]
    [InlineData(201, """{"errors":[{"message":"No such offer"}]}""", "crm_refused", "No such offer")]
    [InlineData(422, """{"errors":[]}""", "crm_refused", "SalesRender answered 422: {\"errors\":[]}")]
    [InlineData(422, """{"id":"1001"}""", "crm_refused", "SalesRender answered 422: {\"id\":\"1001\"}")]
    public void The_rest_siblings_errors_are_refusals_with_its_words(int status, string body, string code, string text) =>
        Assert.Equal(new CrmOutcome.Refused(code, text), CrmOutcome.Of(Call(status, body), "id"));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"id":{}}""")]
    [InlineData("[]")]
    [InlineData("\"1001\"")]
    [InlineData("1001")]
    [InlineData("")]
    public void A_success_that_names_no_lead_leaves_it_in_doubt(string body) =>
        Assert.IsType<CrmOutcome.InDoubt>(CrmOutcome.Of(Call(201, body), "id"));

    [Fact]
    public void A_long_answer_is_cut_in_the_reason() =>
        Assert.True(Assert.IsType<CrmOutcome.Refused>(Of(400, new string('x', 5000))).Text.Length < 400);

    [Theory]
    [InlineData(null, "connection refused")]
    [InlineData(null, null)]
    [InlineData(500, null)]
    public void What_never_left_has_not_happened(int? status, string? error)
    {
        var nothing = Assert.IsType<CrmOutcome.NothingSent>(CrmOutcome.Of(new CrmCall(Builders.Exchange(status, null, error), Began: false, null), IdPath));

        Assert.Equal(error ?? "Nothing was sent.", nothing.Reason);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(200)]
    [InlineData(404)]
    public void No_complete_answer_after_sending_began_leaves_the_order_in_doubt(int? status)
    {
        var doubt = Assert.IsType<CrmOutcome.InDoubt>(CrmOutcome.Of(new CrmCall(Builders.Exchange(status, null, "timed out"), Began: true, null), IdPath));

        Assert.Equal("timed out", doubt.Reason);
    }

    [Fact]
    public void Whatever_the_answer_is_there_is_an_outcome()
    {
        string[] pieces = ["{", "}", "[", "]", "\"data\":", "\"errors\":", "\"orderMutation\":", "\"addOrder\":", "\"id\":", "\"message\":", "\"extensions\":", "\"code\":", "\"x\"", "\"\\ud800\"", "1", "1e999", "null", ",", "true"];
        var bodies = Gen.Elements(pieces).ListOf().Select(string.Concat);

        Prop.ForAll(Gen.Choose(100, 599).Zip(bodies).ToArbitrary(), c => Of(c.Item1, c.Item2) is not null)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static CrmOutcome Of(int status, string? body, int? retryAfter = null) => CrmOutcome.Of(Call(status, body, retryAfter), IdPath);

    private static CrmCall Call(int status, string? body, int? retryAfter = null) =>
        new(Builders.Exchange(status, body), Began: true, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
