using System.Text;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class BodyTests
{
    private const string Multipart =
        "--X7\r\nContent-Disposition: form-data; name=\"client[phone]\"\r\n\r\n0151\r\n" +
        "--X7\r\ncontent-disposition: form-data; name=api_key\r\n\r\nthe-key\r\n" +
        "--X7\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"me.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nGIF89\r\n" +
        "--X7\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\ntwo\r\nlines; für name=\"x\"\r\n--X7--\r\n";

    [Theory]
    [InlineData("application/json", """{"client":{"phone":"0151"}}""")]
    [InlineData("text/plain", """  {"client":{"phone":"0151"}}""")]
    [InlineData("application/x-www-form-urlencoded", """{"client":{"phone":"0151"}}""")]
    [InlineData("", "\uFEFF{\"client\":{\"phone\":\"0151\"}}")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8", "client%5Bphone%5D=0151")]
    [InlineData("application/json", "client[phone]=0151&x")]
    [InlineData("", "client.phone=0151")]
    [InlineData("multipart/form-data; boundary=X7", Multipart)]
    [InlineData("multipart/form-data", Multipart)]
    [InlineData("", Multipart)]
    public void What_the_body_is_decides_not_what_it_is_called(string contentType, string text)
    {
        var (body, refusal) = Bodies.Read(text, contentType);

        Assert.Null(refusal);
        Assert.Equal("0151", body.Fields["client.phone"]);
    }

    [Theory]
    [InlineData("text/csv", "phone,name\n0151,Anna", 415, "unsupported_media_type")]
    [InlineData("text/csv", "phone;note\n0151;a=b", 415, "unsupported_media_type")]
    [InlineData("application/xml", "<lead phone=\"0151\"/>", 415, "unsupported_media_type")]
    [InlineData("", "", 415, "unsupported_media_type")]
    [InlineData("multipart/form-data; boundary=X7", "hello", 415, "unsupported_media_type")]
    [InlineData("application/json", "[]", 400, "invalid_json")]
    [InlineData("application/json", "", 400, "invalid_json")]
    [InlineData("", "{\"phone\":", 400, "invalid_json")]
    [InlineData("", "--X7\r\nhello\r\n--X7--", 400, "invalid_multipart")]
    [InlineData("", "--X7\r\n\r\nhello\r\n--X7--", 400, "invalid_multipart")]
    public void What_cannot_be_read_is_refused(string contentType, string text, int status, string code)
    {
        var (_, refusal) = Bodies.Read(text, contentType);

        Assert.Equal((status, code), (refusal!.Status, refusal.Code));
    }

    [Fact]
    public void A_multipart_body_gives_its_fields_and_warns_of_its_files()
    {
        var (body, _) = Bodies.Read(Multipart);

        Assert.Equal("the-key", body.ApiKey);
        Assert.Equal("two\r\nlines; für name=\"x\"", body.Fields["comment"]);
        Assert.Equal(["client.phone", "comment", "photo"], body.Fields.Keys.Order());
        Assert.Equal("", body.Fields["photo"]);
        Assert.Equal(["photo is a file; files are not read."], body.Warnings);
        Assert.Equal(Multipart.Replace("the-key", "***"), body.Raw.Body);
    }

    [Theory]
    [InlineData("""{"api_key":"the-key","phone":"1"}""", """{"api_key":"***","phone":"1"}""")]
    [InlineData("""{ "a" : { "ApiKey" : "the-key" } }""", """{ "a" : { "ApiKey" : "***" } }""")]
    [InlineData("""{"note":"my api_key: the-key"}""", """{"note":"my api_key: ***"}""")]
    [InlineData("""{"note":"{\"api_key\":\"the-key\"}"}""", """{"note":"{\"api_key\":\"***\"}"}""")]
    [InlineData("""{"api_key":["the-key"]}""", """{"api_key":"***"}""")]
    [InlineData("phone=1&api_key=the-key&x=2", "phone=1&api_key=***&x=2")]
    [InlineData("phone=1&api%5Fkey=the%2Dkey", "phone=1&api%5Fkey=***")]
    [InlineData("j=%7B%22api_key%22%3A%22the-key%22%7D", "j=%7B%22api_key%22%3A%22***")]
    [InlineData("""{"api_key":"the-key","phone":""", """{"api_key":"***","phone":""")]
    [InlineData("<api_key>=\"the-key\"", "<api_key>=\"the-key\"", false)]
    [InlineData("--X\r\n\r\nname=\"api_key\"\r\n\r\nthe-key\r\n", "--X\r\n\r\nname=\"api_key\"\r\n\r\n***\r\n")]
    public void The_payload_is_kept_to_the_byte_without_the_key(string text, string kept, bool cut = true)
    {
        var (body, _) = Bodies.Read(text);

        Assert.Equal(kept, body.Raw.Body);
        Assert.Equal(cut, !body.Raw.Body.Contains("the-key", StringComparison.Ordinal));
        if (text.StartsWith("{\"api_key\"", StringComparison.Ordinal))
            Assert.DoesNotContain("the-key", body.Fields.Values);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_kept_in_base64_without_the_key()
    {
        var (body, _) = Body.Read("POST", "", [.. "api_key=the-key&name="u8, 0xC0, 0xCD, .. "&phone=1"u8]);

        Assert.True(body.Raw.Base64);
        Assert.Equal("1", body.Fields["phone"]);
        var kept = Encoding.Latin1.GetString(Convert.FromBase64String(body.Raw.Body));
        Assert.Equal("api_key=***&name=\u00C0\u00CD&phone=1", kept);
    }

    [Fact]
    public void Too_much_is_refused()
    {
        Assert.Equal("body_too_large", Bodies.Read(new string('x', Body.Limit + 1)).Refusal!.Code);
        Assert.Equal("invalid_json", Bodies.Read(string.Concat(Enumerable.Repeat("{\"a\":", 20)) + "1" + new string('}', 20)).Refusal!.Code);
        Assert.Equal("too_many_fields", Bodies.Read($$"""{"{{new string('n', 30_000)}}":[{{string.Join(',', Enumerable.Repeat("1", 15_000))}}]}""").Refusal!.Code);
    }
}
