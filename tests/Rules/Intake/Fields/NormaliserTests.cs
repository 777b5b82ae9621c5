using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;
using LeadRelay.Intake;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class NormaliserTests
{
    [Theory]
    [InlineData("""{"phone":"0151 12345678","name":" Anna   Maria  Muster "}""", "Anna", "Maria Muster")]
    [InlineData("""{"phone":"0151 12345678","client":"Anna"}""", "Anna", null)]
    [InlineData("""{"client":{"phone":"0151 12345678","name":"Anna Muster"}}""", "Anna", "Muster")]
    [InlineData("""{"phone":"0151 12345678","fname":"Anna","lname":"Muster","name":"Other Person"}""", "Anna", "Muster")]
    [InlineData("phone=0151+12345678&given-name=Anna&family-name=Muster", "Anna", "Muster")]
    [InlineData("phone=0151+12345678&lname=Muster&fio=Anna", "Anna", "Muster")]
    public void Names_come_in_many_ways(string body, string first, string? last)
    {
        var fields = Bodies.Normalise(body).Lead.Fields;

        Assert.Equal((first, last), (fields["first_name"], fields.GetValueOrDefault("last_name")));
        Assert.Equal("+4915112345678", fields["phone"]);
    }

    [Theory]
    [InlineData("de", "DE")]
    [InlineData("DEU", "DE")]
    [InlineData("276", "DE")]
    [InlineData("040", "AT")]
    [InlineData("uk", "GB")]
    [InlineData("GBR", "GB")]
    [InlineData("XK", "XK")]
    [InlineData("Germany", "FR")]
    [InlineData("40", "FR")]
    [InlineData("", "FR")]
    public void Countries_become_two_letters(string given, string country)
    {
        var result = Bodies.Normalise($"phone=%2B4915112345678&geo={given}", country: "FR");

        Assert.Equal(country, result.Lead.Fields["country"]);
        Assert.Equal(country is "FR" && given is not "" ? 1 : 0, result.Warnings.Count);
    }

    [Theory]
    [InlineData("%2B0151 12345678", "+4915112345678", true)]
    [InlineData("%2B999 1512345", "+499991512345", true)]
    [InlineData("%2B49 (0)151 12345678", "+4915112345678", false)]
    [InlineData("%2B0049 151 12345678", "+4915112345678", false)]
    [InlineData("%2B1 212 555 1234", "+12125551234", false)]
    [InlineData("0151 12345678", "+4915112345678", false)]
    public void A_plus_without_a_calling_code_is_warned_of(string given, string phone, bool isWarned)
    {
        var result = Bodies.Normalise($"phone={given}", country: "DE");

        Assert.Equal((phone, isWarned ? 1 : 0), (result.Lead.Fields["phone"], result.Warnings.Count));
    }

    [Fact]
    public void A_macro_nobody_filled_in_is_missing_and_the_warning_names_the_field()
    {
        var result = Bodies.Lead(("clickid", "{clickid}"), ("subid", "real"), ("sub3", "REPLACE"));

        Assert.Equal("real", result.Lead.Fields["click_id"]);
        Assert.DoesNotContain("sub3", result.Lead.Fields);
        Assert.Equal(["clickid is the macro {clickid}", "sub3 is the macro REPLACE"], result.Warnings.Select(w => w.Split(" itself")[0]));
    }

    [Fact]
    public void Long_values_are_cut_with_a_warning_and_never_inside_a_character()
    {
        var result = Bodies.Lead(("sub1", new string('s', 254) + "😀"), ("comment", new string('c', 4_001)), ("flow", new string('p', 4_001)));

        Assert.Equal(new string('s', 254), result.Lead.Fields["sub1"]);
        Assert.Equal(4_000, result.Lead.Fields["comment"].Length);
        Assert.Equal(4_000, result.Lead.Params["flow"].Length);
        Assert.Equal(["comment has 4001 characters; it was cut to 4000.", "flow has 4001 characters; it was cut to 4000.", "sub1 has 256 characters; it was cut to 255."], result.Warnings.Order());
    }

    [Fact]
    public void Control_characters_go_and_line_breaks_become_spaces()
    {
        var lead = Bodies.Lead(("comment", "two\r\nlines\0\u0007"), ("x", "\u001b[31m")).Lead;

        Assert.Equal("two  lines", lead.Fields["comment"]);
        Assert.Equal("[31m", lead.Params["x"]);
    }

    [Fact]
    public void The_visitor_is_who_the_body_says()
    {
        var lead = Bodies.Lead(("userip", "203.0.113.9"), ("ua", "Mozilla/5.0")).Lead;

        Assert.Equal(("203.0.113.9", "Mozilla/5.0"), (lead.Fields["ip"], lead.Fields["user_agent"]));
        Assert.DoesNotContain("ip", Bodies.Lead().Lead.Fields);
    }

    [Fact]
    public void AlterCpas_auto_is_no_id() => Assert.DoesNotContain("external_lead_id", Bodies.Lead(("exto", "auto")).Lead.Fields);

    [Theory]
    [InlineData("""{"test":true}""", true)]
    [InlineData("""{"test":1}""", true)]
    [InlineData("""{"data":{"test":"YES"}}""", true)]
    [InlineData("testMode=1", true)]
    [InlineData("testmode=yes", true)]
    [InlineData("lp_action=test", true)]
    [InlineData("is_qa_test=true", true)]
    [InlineData("""{"test":false}""", false)]
    [InlineData("test=0", false)]
    [InlineData("test=", false)]
    [InlineData("lp_action=submit", false)]
    [InlineData("phone=1", false)]
    public void A_test_is_one_however_it_is_said(string body, bool isTest) => Assert.Equal(isTest, Bodies.Normalise(body).IsTest);

    [Fact]
    public void What_has_no_field_reaches_the_order_and_the_postback_as_a_parameter()
    {
        var body = Bodies.Read("""{"data":{"phone":"0151 12345678","Flow":"7","price":"49","offer":{"id":12}},"currency":"EUR"}""").Body;
        var lead = Normaliser.Normalise(body.Fields, "DE", new HashSet<string> { "param.Flow" }) is { Refusal: null } result ? result.Lead : throw new InvalidOperationException("It was refused.");
        Assert.Equal(["Flow", "currency", "offer.id", "price"], lead.Params.Keys.Order(StringComparer.Ordinal));

        var campaign = Builders.Campaign() with { FieldMapping = new Dictionary<string, string> { ["param.Flow"] = "stringFields.flow" } };
        var input = Documents.ForAddOrder(Builders.NewId(), lead, campaign)["input"]!;
        Assert.Equal("""{"stringFields":[{"field":"flow","value":"7"}]}""", input["orderData"]!.ToJsonString());

        var template = Builders.Template("https://t.example/");
        var delivery = new Delivery(Builders.Postback(1), Builders.About(), StatusChanges.Tracking(lead), null, 1, TimeSpan.Zero, Guid.Empty);
        Assert.Equal(("7", "12"), (MacroValues.Of(delivery, template, "param.Flow"), MacroValues.Of(delivery, template, "param.offer.id")));
    }

    [Fact]
    public void What_is_required_and_absent_is_named()
    {
        var refusal = Bodies.Normalise("phone=0151+12345678", "DE", "param.flow").Refusal!;
        Assert.Equal(("missing_field", "param.flow"), (refusal.Code, refusal.Field));
        Assert.Equal("phone", Bodies.Normalise("name=Anna").Refusal!.Field);
        Assert.Equal("name", Bodies.Normalise("phone=0151+12345678", "DE", "name").Refusal!.Field);
    }

    private static readonly Gen<string> Values = Gen.OneOf(
        Gen.Elements("", "Anna", "Anna  Muster", "0151 12345678", "+49 (0)151 12345678", "8 916 123-45-67", "00491511234567", "{clickid}", "de", "DEU", "276", "auto", "true", "0", "49,90", "5", new string('x', 5_000)),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Elements('0', '1', '8', '9', '+', ' ', '(', ')', '-', 'O', 'l', 'x').ArrayOf().Select(chars => new string(chars)));

    private static readonly Gen<Dictionary<string, string>> Given =
        from names in Gen.OneOf(Gen.Elements(FieldAliases.Default.Names.Values.SelectMany(n => n).Append("cart.0.id").Append("cart.0.price").Append("price").Append("product_id").ToArray()), Gen.Elements("phone", "name", "country")).ArrayOf()
        from values in Values.ArrayOf(names.Length)
        select new Dictionary<string, string>(names.Zip(values, KeyValuePair.Create).DistinctBy(g => g.Key, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Normalising_never_fails_and_twice_is_once() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Given.ToArbitrary(), given =>
    {
        var once = Fields(Normaliser.Normalise(given, "DE", new HashSet<string>()));
        Assert.True(!once.TryGetValue("phone", out var phone) || phone.Count(char.IsAsciiDigit) <= 15 && phone[0] is '+');
        if (!once.ContainsKey("phone"))
            return;
        var twice = Fields(Normaliser.Normalise(once, "DE", new HashSet<string>()));
        Assert.Equal(once.OrderBy(f => f.Key), twice.OrderBy(f => f.Key));
    }));

    [Fact]
    public void A_number_that_was_made_is_itself_in_every_country() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(
        Values.ToArbitrary(), Gen.Elements(CallingCodes.ByCountry.Keys.ToArray()).ToArbitrary(), (raw, country) =>
        {
            var number = Phone.Normalise(raw, country, out _);
            Assert.True(number is null || (number.Length <= 16 && Phone.Normalise(number, country, out _) == number && Phone.Normalise(number, null, out _) == number), $"{raw} in {country} is {number}");
        }));

    /// <summary>Without the number as it came, which is another the second time, and without what is only said about the click id.</summary>
    private static Dictionary<string, string> Fields(Normaliser.Result result) => result.Lead.Fields.Where(f => f.Key is not ("phone_raw" or "click_id_macro")).ToDictionary();
}
