using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Contracts;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules;

/// <summary>Wherever a person stands in a message, neither hiding nor erasing lets it out, and neither loses what is harmless.</summary>
public class PersonalDataPropertyTests
{
    private sealed record Person(string Phone, string Name, string Email)
    {
        public bool IsIn(string text) => new[] { Phone, Phone.TrimStart('+'), Name, Email, Email.Replace("@", "%40", StringComparison.Ordinal) }
            .Any(each => text.Contains(each, StringComparison.OrdinalIgnoreCase));
    }

    private static readonly Gen<string> Letters = Gen.Elements("qwxyzjkvQWXYZ".ToCharArray()).ArrayOf(9).Select(letters => new string(letters));

    private static readonly Gen<Person> Anybody =
        from digits in Gen.Choose(0, 9).ArrayOf(11)
        from plus in Gen.Elements("+", "")
        from name in Letters
        from box in Letters
        select new Person($"{plus}4{string.Concat(digits)}", name, $"{box}@mail.example");

    private static readonly Gen<string> PersonalName = Gen.OneOf(
        Gen.Elements("phone", "Phone", "first_name", "name", "email", "address", "city", "state", "text", "landing", "referrer", "user_agent", "ip", "custom", "client.phone", "data[name]", "value", "body", "url"),
        Letters);

    private static readonly Gen<string> HarmlessName = Gen.Elements("click_id", "sub1", "sub15", "utm_source", "external_lead_id", "currency", "offer_id", "status", "createdAt", "orderId");

    /// <summary>A value of the person's, written as somebody else's payload may have it.</summary>
    private static Gen<JsonNode> Nested(Gen<string> values, int depth) => depth is 0 ? values.Select(value => (JsonNode)JsonValue.Create(value)!) : Gen.Frequency(
        (2, Nested(values, 0)),
        (2, from name in PersonalName from inner in Nested(values, depth - 1) from harmless in HarmlessName select (JsonNode)new JsonObject { [name] = inner, [harmless] = "kept-9" }),
        (1, Nested(values, depth - 1).Select(inner => (JsonNode)new JsonArray(inner, 1, null))));

    private static readonly Gen<(Person, JsonObject, string)> Cases =
        from person in Anybody
        from name in PersonalName
        from harmless in HarmlessName
        from value in Gen.Elements(person.Phone, person.Name, person.Email, $"{person.Name} {person.Phone}", $"{{\"id\":\"{person.Name}\"}}")
        from json in Nested(Gen.Constant(value), 4)
        from id in Letters
        let member = new JsonObject { [name] = json, [harmless] = id }
        select (person, member, id);

    [Fact]
    public void A_person_is_not_let_out_of_a_payload_and_what_is_harmless_is_kept() => Check(Cases, each =>
    {
        var (person, members, id) = each;
        var form = string.Join('&', members.Select(member => $"{Uri.EscapeDataString(member.Key)}={Uri.EscapeDataString(member.Value!.ToString())}"));
        var (leadId, orderId) = (Guid.CreateVersion7(), "4911111111111");
        var texts = members.ToDictionary(member => member.Key, member => member.Value!.ToString());
        var raws = new[] { members.ToJsonString(), form, person.Name, $"{person.Name}={person.Phone}", $"--B0\r\n\r\n{person.Phone}", $"[{members.ToJsonString()}", $"<a>{person.Name}</a>" };
        foreach (var raw in raws.Select(body => new RawPayload("POST", "text/x", body, Query: form)))
        {
            // Who is the name of a form's field cannot be told from one.
            var hidden = raw.Body.StartsWith(person.Name + "=", StringComparison.Ordinal) ? person with { Name = person.Email } : person;
            var submitted = new LeadSubmitted(Builders.About(leadId, orderId), new Lead(texts, texts), "hash", raw, [$"call {person.Phone}, {person.Email}"], Builders.Now);
            var exchange = Builders.Exchange(response: raw.Body) with { Variables = JsonSerializer.SerializeToElement(members) };
            var message = new OrderRefused(submitted.About, submitted, "crm_refused", $"no {person.Email}", exchange, Builders.Now);
            foreach (var changed in PersonalDataTests.Both(PersonalDataTests.Write(message)))
            {
                var read = JsonSerializer.Deserialize<OrderRefused>(changed, SystemTextJsonMessageSerializer.Options)!;
                Assert.Equal((message.About, message.Code, message.At, "hash"), (read.About, read.Code, read.At, read.Submission.BodyHash));
                Assert.Equal(id, read.Submission.Lead.Fields[members.Last().Key]);
                Assert.Equal(id, read.Submission.Lead.Params[members.Last().Key]);
                Assert.Contains(id, read.Submission.Raw.Query, StringComparison.Ordinal);
                Assert.Contains(id, read.Exchange!.Variables.ToString(), StringComparison.Ordinal);
                Assert.False(hidden.IsIn(changed), $"{JsonSerializer.Serialize(message, SystemTextJsonMessageSerializer.Options)}\n{changed}");
            }
        }
    });

    [Fact]
    public void A_message_that_is_hidden_already_stays() => Check(Cases.Zip(Hostile), each =>
    {
        var ((person, members, _), body) = each;
        var json = PersonalDataTests.Write(new OrderStatusChanged(Builders.About(), "3", null, $"{person.Name} {person.Phone} {body}", null, null, null, null, [body],
            new RawPayload("POST", "", members.ToJsonString(), Query: body), Builders.Now));

        Assert.Equal(PersonalData.Mask(json), PersonalData.Mask(PersonalData.Mask(json)));
        Assert.Equal(PersonalData.Erase(json), PersonalData.Erase(PersonalData.Erase(json)));
    });

    private static readonly Gen<string> Hostile = Gen.Elements(
            "{", "}", "[", "]", "\"", "\\", "\\ud800", "\ud800", "😀", "•", "•••", "@", "%40", "%", "%2", "&", "=", "?", "+", "+49", "1234567", "12-34 ", "2026-03-04", "e8bad1ce-6472-52b9-b91c-28052d1eb69e",
            " ", "\0", "\r\n", "name", "phone=", "id=", "\"name\":", "\"a\":1", "null", "1e999", ",", "comment=", "١٢٣٤٥٦٧٨", "--B0", ".", "(")
        .ListOf().Select(string.Concat);

    [Fact]
    public void No_text_makes_it_fall() => Check(Hostile.Zip(Hostile), each =>
    {
        var (text, other) = each;
        var message = new PostbackAttempted(Builders.About(), Builders.Postback(1) with { Comment = text }, Builders.Changed() with { Raw = new RawPayload(text, other, text, Query: other) }, 1, $"https://t.example/{text}?{other}",
            200, text, other, null, Builders.Now, 1, new SentRequest("POST", text, new Dictionary<string, string> { [text] = other }, null, other));
        var exchange = Builders.Exchange(response: text);
        foreach (var json in new[] { PersonalDataTests.Write(message), PersonalDataTests.Write(new OrderLookedUp(Builders.About(), 1, null, other, exchange, Builders.Now)) })
        {
            foreach (var changed in PersonalDataTests.Both(json))
                Assert.NotNull(JsonNode.Parse(changed));
            Assert.Equal(PersonalData.Mask(json), PersonalData.Mask(PersonalData.Mask(json)));
        }
    });

    private static void Check<T>(Gen<T> cases, Action<T> body) =>
        Prop.ForAll(cases.ToArbitrary(), each => { body(each); return true; }).Check(Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1" ? 5_000 : 500));
}
