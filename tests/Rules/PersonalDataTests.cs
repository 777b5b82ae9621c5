using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Contracts;
using LeadRelay.Tests.Rules.Contracts;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules;

/// <summary>What of a message is shown to somebody who may not see the person, and what is left of the person once it is erased.</summary>
public class PersonalDataTests
{
    public static TheoryData<string> Names => WireTests.Names;

    /// <summary>On the small stack of a thread of the pool it must not run out, whatever somebody sends.</summary>
    [Fact]
    public void A_text_of_nothing_but_digits_is_masked_however_long_it_is() =>
        Assert.Equal("""{"comment":"12•••34"}""", PersonalData.Mask($$"""{"comment":"12{{new string('9', 4_000_000)}}34"}"""));

    /// <summary>Looking back from each sign to the beginning, it would not end.</summary>
    [Theory]
    [InlineData("%40", "")]
    [InlineData("@", "")]
    [InlineData("%40", "@x.example")]
    public void A_text_of_nothing_but_signs_of_addresses_is_read_however_long_it_is(string sign, string end)
    {
        var signs = string.Concat(Enumerable.Repeat(sign, 200_000));
        var masked = JsonNode.Parse(PersonalData.Mask(JsonSerializer.Serialize(new { text = signs + end })))!["text"]!.GetValue<string>();

        Assert.Equal(end is "" ? signs : $"{signs[..^64]}{signs[^64]}•••@•••", masked);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_can_still_be_read_as_what_it_was(string name)
    {
        var message = Filled.Of(name);
        foreach (var changed in Both(Write(message)))
        {
            var read = JsonSerializer.Deserialize(changed, message.GetType(), SystemTextJsonMessageSerializer.Options);
            Assert.Equal(message.GetType(), read!.GetType());
            Assert.Equal((message as IAudited)?.About, (read as IAudited)?.About);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_our_own_members_only_those_about_a_person_are_hidden(string name)
    {
        var before = Leaves(JsonNode.Parse(Write(Filled.Of(name)))!).ToArray();
        var after = Leaves(JsonNode.Parse(PersonalData.Mask(Write(Filled.Of(name))))!).ToArray();

        Assert.Equal(before.Select(leaf => leaf.GetPath()), after.Select(leaf => leaf.GetPath()));
        var hidden = before.Zip(after).Where(pair => !JsonNode.DeepEquals(pair.First, pair.Second)).Select(pair => pair.First.GetPath().Split('.')[^1]);
        Assert.Empty(hidden.Except(["phone", "address", "Param-X", "body", "query", "response"]));
    }

    [Theory]
    [InlineData("""{"lead":{"fields":{"phone":"+491701234578","first_name":"Anna","email":"anna@x.example","city":"Ulm"}}}""",
        """{"lead":{"fields":{"phone":"+49•••78","first_name":"A•••","email":"a•••@•••","city":"•••"}}}""",
        """{"lead":{"fields":{"phone":"","first_name":"","email":"","city":""}}}""")]
    [InlineData("""{"lead":{"fields":{"click_id":"4917012345678","sub1":"s","utm_source":"fb","country":"DE","external_lead_id":"7","landing":"https://l.example/?p=1","ip":"192.0.2.1","user_agent":"Mozilla"}}}""",
        """{"lead":{"fields":{"click_id":"4917012345678","sub1":"s","utm_source":"fb","country":"DE","external_lead_id":"7","landing":"•••","ip":"•••","user_agent":"•••"}}}""",
        """{"lead":{"fields":{"click_id":"4917012345678","sub1":"s","utm_source":"fb","country":"DE","external_lead_id":"7","landing":"","ip":"","user_agent":""}}}""")]
    [InlineData("""{"params":{"client.phone":"0170 1234578","state":"Ohio","text":"Anna","given-name":" Ännchen","x":"","+49 170 1234578":"1","data[offer_id]":"12"}}""",
        """{"params":{"client.phone":"01•••78","state":"•••","text":"•••","given-name":"Ä•••","x":"","data[offer_id]":"12"}}""",
        """{"params":{"client.phone":"","state":"","text":"","given-name":"","x":"","data[offer_id]":"12"}}""")]
    [InlineData("""{"comment":"call +49 (170) 123-45-78 or anna@x.example, order 1001","state":"queued","at":"2026-03-04T05:06:07.0890000+00:00","price":"12.50"}""",
        """{"comment":"call +49•••78 or a•••@•••, order 1001","state":"queued","at":"2026-03-04T05:06:07.0890000+00:00","price":"12.50"}""",
        """{"comment":"","state":"queued","at":"2026-03-04T05:06:07.0890000+00:00","price":"12.50"}""")]
    [InlineData("""{"reason":"asked by anna@x.example","warnings":["01701234578 is no number of DE"],"response":"OK 4917012345678"}""",
        """{"reason":"asked by a•••@•••","warnings":["01•••78 is no number of DE"],"response":"OK 49•••78"}""",
        """{"reason":"","warnings":[""],"response":""}""")]
    [InlineData("""{"text":"Anna","error":"no Anna","findings":["Anna","b"],"fault":"Anna","what":"Anna","code":"x","filter":"comment=Anna"}""",
        """{"text":"Anna","error":"no Anna","findings":["Anna","b"],"fault":"Anna","what":"Anna","code":"x","filter":"comment=Anna"}""",
        """{"text":"","error":"","findings":["",""],"fault":"","what":"","code":"x","filter":""}""")]
    [InlineData("""{"url":"https://t.example/p?c=4917012345678&status=accepted&x=%2B49+170+1234578&m=anna%40x.example&phone=123&goal=2"}""",
        """{"url":"https://t.example/p?c=4917012345678&status=accepted&x=%2B49•••78&m=a•••@•••&phone=•••&goal=2"}""",
        """{"url":"https://t.example/p?c=&status=accepted&x=&m=&phone=&goal="}""")]
    [InlineData("""{"url":"https://t.example/p?comment=Anna%2C%200170%201234578&reason=0170-1234578&Note=call+0170+1234578&data[msg]=12-34+567890&click_id=4917012345678"}""",
        """{"url":"https://t.example/p?comment=Anna%2C%2001•••78&reason=01•••78&Note=call%2001•••78&data[msg]=12•••90&click_id=4917012345678"}""",
        """{"url":"https://t.example/p?comment=&reason=&Note=&data[msg]=&click_id=4917012345678"}""")]
    [InlineData("""{"url":"https://t.example/p?message=a%40x.example&text=no+stock,%20%e2%82%ac+12.50&description=&sub9=0170-1234578"}""",
        """{"url":"https://t.example/p?message=a•••@•••&text=no+stock,%20%e2%82%ac+12.50&description=&sub9=0170-1234578"}""",
        """{"url":"https://t.example/p?message=&text=&description=&sub9=0170-1234578"}""")]
    [InlineData("""{"raw":{"method":"POST","body":"{\"id\":5,\"phone\":491701234578,\"zip\":12345,\"client\":{\"name\":\"Anna\",\"ok\":true},\"status\":{\"name\":\"new\"}}","base64":false,"query":null}}""",
        """{"raw":{"method":"POST","body":"{\"id\":5,\"phone\":\"49•••78\",\"zip\":12345,\"client\":{\"name\":\"A•••\",\"ok\":true},\"status\":{\"name\":\"new\"}}","base64":false,"query":null}}""",
        """{"raw":{"method":"POST","body":"{\"id\":5,\"phone\":\"\",\"zip\":12345,\"client\":{\"name\":\"\",\"ok\":true},\"status\":{\"name\":\"new\"}}","base64":false,"query":null}}""")]
    [InlineData("""{"raw":{"body":"phone=%2B49+170+1234578&name=Anna&reward[value]=7.5&click_id=a%2Fb&order_id=5;phone=1&junk","query":"?client[phone]=%2B491701234578"}}""",
        """{"raw":{"body":"phone=%2B49•••78&name=A•••&reward[value]=7.5&click_id=a%2Fb&order_id=•••&•••","query":"?client[phone]=%2B49•••78"}}""",
        """{"raw":{"body":"phone=&name=&reward[value]=7.5&click_id=a%2Fb&order_id=&","query":"?client[phone]="}}""")]
    [InlineData("""{"raw":{"body":"--B0\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n+49170"}}""", """{"raw":{"body":"•••"}}""", """{"raw":{"body":""}}""")]
    [InlineData("""{"raw":{"body":"{\"id\":\"Anna"}}""", """{"raw":{"body":"•••"}}""", """{"raw":{"body":""}}""")]
    [InlineData("""{"raw":{"body":"{\"id\":\"\\ud800\"}"}}""", """{"raw":{"body":"•••"}}""", """{"raw":{"body":""}}""")]
    [InlineData("""{"raw":{"body":"aWQ9QW5uYQ==","base64":true,"query":"id=5"}}""", """{"raw":{"body":"4oCi4oCi4oCi","base64":true,"query":"id=5"}}""", """{"raw":{"body":"","base64":true,"query":"id=5"}}""")]
    [InlineData("""{"variables":{"input":{"statusId":"1","orderData":{"phoneFields":[{"field":"phone","value":"+491701234578"}],"humanNameFields":[{"field":"name","value":{"firstName":"Anna"}}],"stringFields":[{"field":"f","value":"b3067e75-d653-5809-9d31-dedeb9ccae5b"},{"field":"g","value":"x"}]},"source":{"ip":"192.0.2.1","subid_1":"s"}}}}""",
        """{"variables":{"input":{"statusId":"1","orderData":{"phoneFields":[{"field":"phone","value":"+49•••78"}],"humanNameFields":[{"field":"name","value":{"firstName":"A•••"}}],"stringFields":[{"field":"f","value":"b3067e75-d653-5809-9d31-dedeb9ccae5b"},{"field":"g","value":"•••"}]},"source":{"ip":"•••","subid_1":"s"}}}}""",
        """{"variables":{"input":{"statusId":"1","orderData":{"phoneFields":[{"field":"phone","value":""}],"humanNameFields":[{"field":"name","value":{"firstName":""}}],"stringFields":[{"field":"f","value":"b3067e75-d653-5809-9d31-dedeb9ccae5b"},{"field":"g","value":""}]},"source":{"ip":"","subid_1":"s"}}}}""")]
    [InlineData("""{"document":"mutation { x }","response":"{\"errors\":[{\"message\":\"+491701234578 is wrong\",\"extensions\":{\"code\":\"ERR_X\"}}],\"data\":{\"code\":\"Anna\"}}"}""",
        """{"document":"mutation { x }","response":"{\"errors\":[{\"message\":\"+49•••78 is wrong\",\"extensions\":{\"code\":\"ERR_X\"}}],\"data\":{\"code\":\"•••\"}}"}""",
        """{"document":"mutation { x }","response":"{\"errors\":[{\"message\":\"\",\"extensions\":{\"code\":\"ERR_X\"}}],\"data\":{\"code\":\"\"}}"}""")]
    [InlineData("""{"document":"","response":"Bad gateway"}""", """{"document":"","response":"•••"}""", """{"document":"","response":""}""")]
    [InlineData("""{"sent":{"method":"POST","headers":{"Authorization":"***","X-Phone":"1"},"body":"{\"click_id\":\"c\",\"who\":\"Anna\"}"}}""",
        """{"sent":{"method":"POST","headers":{"Authorization":"•••","X-Phone":"•••"},"body":"{\"click_id\":\"c\",\"who\":\"•••\"}"}}""",
        """{"sent":{"method":"POST","headers":{"Authorization":"","X-Phone":""},"body":"{\"click_id\":\"c\",\"who\":\"\"}"}}""")]
    [InlineData("""{"reader":"operator","address":"192.0.2.1","filter":"order_id=1234567&phone=hmac:12345678","unknown":12345678,"small":123456,"no":null}""",
        """{"reader":"operator","address":"•••","filter":"order_id=1234567&phone=hmac:12345678","unknown":0,"small":123456,"no":null}""",
        """{"reader":"operator","address":"","filter":"","unknown":0,"small":123456,"no":null}""")]
    public void Only_what_is_known_to_be_harmless_is_let_through(string json, string masked, string erased)
    {
        Assert.Equal(masked, PersonalData.Mask(json));
        Assert.Equal(erased, PersonalData.Erase(json));
        Assert.Equal(masked, PersonalData.Mask(masked));
        Assert.Equal(erased, PersonalData.Erase(erased));
    }

    [Theory]
    [InlineData("on 2026-03-04 05:06:07 and 2026-03-04T05:06:07.089Z")]
    [InlineData("call back 15.03.2026 14:00")]
    [InlineData("lead e8bad1ce-6472-52b9-b91c-28052d1eb69e, order 1001, 12.50 EUR")]
    [InlineData("12345678-1234-5678-9012-123456789012")]
    [InlineData("@here is no address, nor is a @ b")]
    [InlineData("123456 and 12345    67890")]
    public void Dates_and_ids_in_a_text_are_no_phone_numbers(string text)
    {
        var json = JsonSerializer.Serialize(new { text });

        Assert.Equal(text, JsonNode.Parse(PersonalData.Mask(json))!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("tel:01701234578", "tel:01•••78")]
    [InlineData("06.12.11.20.34", "06•••34")]
    [InlineData("12-11-20 34 567 89", "12•••89")]
    [InlineData("+49 / 170 / 12 34 578!", "+49•••78!")]
    [InlineData("4111 1111 1111 1111", "41•••11")]
    [InlineData("x01234567y", "x01•••67y")]
    [InlineData("١٢٣٤٥٦٧٨", "١٢•••٧٨")]
    [InlineData("müller@x.example, o'neil+x@y, 5@6", "m•••@•••, o•••@•••, 5•••@•••")]
    [InlineData("anna%40x.example", "a•••@•••")]
    public void Phones_and_addresses_in_a_text_are_found_however_they_are_written(string text, string masked)
    {
        Assert.Equal(masked, JsonNode.Parse(PersonalData.Mask(JsonSerializer.Serialize(new { text })))!["text"]!.GetValue<string>());
        Assert.Equal(masked, JsonNode.Parse(PersonalData.Mask(JsonSerializer.Serialize(new { text = masked })))!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{} {}"), InlineData("nothing")]
    public void What_is_no_JSON_is_no_message(string text) => Assert.ThrowsAny<JsonException>(() => PersonalData.Mask(text));

    internal static string[] Both(string json) => [PersonalData.Mask(json), PersonalData.Erase(json), PersonalData.Erase(PersonalData.Mask(json))];

    internal static string Write(object message) => JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options);

    private static IEnumerable<JsonNode> Leaves(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value!)),
        JsonArray items => items.SelectMany(item => Leaves(item!)),
        _ => [node],
    };
}
