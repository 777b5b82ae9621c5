using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake;

/// <summary>However a body carries the API key, nothing that is published carries it on.</summary>
public class CredentialsTests
{
    private static readonly Gen<string> Keys = Gen.Elements("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_.~".ToCharArray()).ArrayOf(24).Select(chars => new string(chars));

    public static TheoryData<string, string> Forms => new()
    {
        { "application/json", """{"api_key":"KEY","phone":"1"}""" },
        { "application/json", """{"phone":"1","ApiKey" : "KEY"}""" },
        { "application/json", """{"api-key":"KEY","api_key":"KEY","x":{"apikey":"KEY"}}""" },
        { "application/json", """{"lead":{"phone":"1","api_key":"KEY"}}""" },
        { "application/json", """{"list":[{"api_key":"KEY"},1]}""" },
        { "application/json", """{"api_key":["KEY"]}""" },
        { "application/json", """{"api_key":{"value":"KEY"},"phone":"1"}""" },
        { "application/json", """{"api\u005fkey":"KEY"}""" },
        { "application/json", """{"\u0061pi_key":"KEY"}""" },
        { "application/json", """{"api_key":"KEY","x":"\ud800"}""" },
        { "application/json", """{"api_key":"KEY","phone":""" },
        { "application/json", """{"api_key":"KEY""" },
        { "application/json", """{'api_key':'KEY'}""" },
        { "application/json", """[{"api_key":"KEY"}]""" },
        { "application/json", "api_key=KEY" },
        { "application/json", """{"api\u005fkey":"KEY","x":"\ud800"}""" },
        { "text/plain", """{"api_key":"KEY"}""" },
        { "", "api_key: KEY" },
        { "application/x-www-form-urlencoded", "phone=1&api_key=KEY" },
        { "application/x-www-form-urlencoded", "api%5Fkey=KEY&phone=1" },
        { "application/x-www-form-urlencoded", "api_key[]=KEY&phone=1" },
        { "application/x-www-form-urlencoded", "api_key%5B0%5D=KEY&phone=1" },
        { "application/x-www-form-urlencoded", "lead[api_key]=KEY&phone=1" },
        { "application/x-www-form-urlencoded", "api_key=KEY&api_key=KEY" },
        { "application/x-www-form-urlencoded", "+api_key+=KEY" },
        { "application/x-www-form-urlencoded", "api_key=%FFKEY" },
        { "multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nKEY\r\n--X--\r\n" },
        { "multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"api_key[]\"\r\n\r\nKEY\r\n--X--\r\n" },
        { "multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"api_key\"; filename=\"k\"\r\n\r\nKEY\r\n--X--\r\n" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_key_is_kept_nowhere(string contentType, string form) => Prop.ForAll(Keys.ToArbitrary(), key =>
    {
        foreach (var tail in new byte[][] { [], [0xE9] })
        {
            var (body, _) = Body.Read("POST", contentType, [.. Encoding.UTF8.GetBytes(form.Replace("KEY", key, StringComparison.Ordinal)), .. tail]);

            var kept = body.Raw.Base64 ? Encoding.Latin1.GetString(Convert.FromBase64String(body.Raw.Body)) : body.Raw.Body;
            Assert.DoesNotContain(key, kept, StringComparison.Ordinal);
            Assert.DoesNotContain(body.Fields, field => field.Key.Contains(key, StringComparison.Ordinal) || field.Value.Contains(key, StringComparison.Ordinal));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Theory]
    [InlineData("application/json", """{"api_key":" the-key ","phone":"1"}""")]
    [InlineData("application/json", """{"lead":{"API-Key":"the-key"}}""")]
    [InlineData("application/x-www-form-urlencoded", "phone=1&apikey=the%2Dkey")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nthe-key\r\n--X--\r\n")]
    public void The_key_is_given_to_whoever_must_know_it(string contentType, string text) =>
        Assert.Equal("the-key", Body.Read("POST", contentType, Encoding.UTF8.GetBytes(text)).Body.ApiKey);

    [Fact]
    public void A_key_whose_value_is_cut_off_at_a_kilobyte_of_a_large_body_is_not_kept_either()
    {
        var text = "{\"x\":\"" + new string('x', 980) + "\",\"api_key\":\"the-key-of-the-partner" + new string('y', Body.Limit);

        var kept = Body.Read("POST", "application/json", Encoding.UTF8.GetBytes(text)).Body.Raw.Body;

        Assert.Contains("api_key", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("the-key", kept, StringComparison.Ordinal);
    }
}
