using System.Collections.Frozen;

namespace LeadRelay;

/// <summary>What becomes of the value of a member.</summary>
internal enum Treatment
{
    /// <summary>Nobody knows that it is harmless.</summary>
    Hidden,

    /// <summary>Hidden, and surely about a person wherever it stands.</summary>
    Personal,

    /// <summary>A person's name, or the name of a status, an offer, a project or a field.</summary>
    Name,

    /// <summary>Hidden, unless it is a UUID or an amount: a text field of SalesRender holds anything, among it our own id.</summary>
    Value,

    /// <summary>A code of SalesRender's, where it stands with an error.</summary>
    Code,

    Kept,

    /// <summary>Free text that people need: kept but for addresses and numbers that somebody can be reached by. It may name the person, so it is erased whole.</summary>
    Text,

    Url,

    /// <summary>A query string of our own: somebody may have been looked for by a name.</summary>
    Filter,

    /// <summary>A text that is a payload: JSON or a form.</summary>
    Payload,

    /// <summary>An answer: of SalesRender a payload, of a tracker a text.</summary>
    Response,

    /// <summary>From here on members are named by others.</summary>
    Foreign,
}

/// <summary>Names of members, without case, underscores and dashes.</summary>
internal static class PersonalNames
{
    /// <summary>Names of our contracts' own members that others use for something else: a <c>state</c> is also a part of an address.</summary>
    private static readonly Dictionary<Treatment, string> Own = new()
    {
        [Treatment.Kept] = """
            knownbodyhash bodyhash firstleadid updateid causeid requestid deliveryid resendof jobid orderids clickids leadids
            at doubtedat nextattemptat before durationms sequence clock httpstatus attempt attempts look found count rows looked done dryrun recorded more complete personal base64
            state kind code label labels field outcome verdict evidence rule target targets by reader endpoint document contenttype
            """,
        [Treatment.Text] = "text reason error fault warnings findings what",
        [Treatment.Url] = "url",
        [Treatment.Filter] = "filter",
        [Treatment.Payload] = "body query",
        [Treatment.Response] = "response",
        [Treatment.Foreign] = "fields params headers variables",
    };

    /// <summary>Names that mean the same in payloads of partners, of SalesRender and for trackers.</summary>
    private static readonly Dictionary<Treatment, string> Anywhere = new()
    {
        [Treatment.Kept] = """
            id ids leadid orderid externalleadid externalid externaltag extinid exto
            clickid click cid affclickid affsub visitid trackid extcid clickidmacro subid
            utmsource utmmedium utmcampaign utmcontent utmterm
            campaign campaignid connection offer offerid project projectid webmaster webmasterid partner partnerid
            status statusid statusgroup group event payout reward amount currency price total initcartprice quantity variation itemid bidtype percent fixed rewardmethod method
            country countrycode countryid idcountry geo
            createdat updatedat statuschangedat changedat holdto timestamp
            type typename field direction pagenumber pagesize pagescount itemscount archived finished test testmode
            """,
        [Treatment.Name] = "name firstname lastname middlename fullname fio surname familyname givenname fname lname patronymic customername username client customer humanname humanname1 humanname2",
        [Treatment.Personal] = """
            phone phoneraw phonenumber phone1 phone2 userphone tel telephone mobile msisdn email email1 email2 mail
            address address1 address2 addr street streetaddress city region postcode postalcode zip birthday birthdate ip ipaddress userip clientip uip useragent ua
            """,
        [Treatment.Value] = $"value {Numbered("string", 10)}",
        [Treatment.Code] = "code",
        [Treatment.Text] = "comment message",
    };

    private static readonly FrozenDictionary<string, Treatment> Foreign = Entries(Anywhere)
        .Concat(new[] { "sub", "subid", "affsub", "subacc", "sid", "mpc" }.SelectMany(stem => Numbered(stem, 15).Split(' ')).Select(name => (name, Treatment.Kept)))
        .ToFrozenDictionary(entry => entry.Item1, entry => entry.Item2);

    private static readonly FrozenDictionary<string, Treatment> Ours = Foreign.Select(entry => (entry.Key, entry.Value)).Concat(Entries(Own))
        .GroupBy(entry => entry.Item1).ToFrozenDictionary(same => same.Key, same => same.Last().Item2);

    /// <summary>What may be the parent of a name or a value that is no person's.</summary>
    private static readonly FrozenSet<string> Parents = ["status", "offer", "project", "field", "reward", "errors", "extensions"];

    private static readonly FrozenDictionary<string, Treatment>.AlternateLookup<ReadOnlySpan<char>> ForeignBySpan = Foreign.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, Treatment>.AlternateLookup<ReadOnlySpan<char>> OursBySpan = Ours.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ParentsBySpan = Parents.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Free text where a tracker is told of it, besides what is free text anywhere: all else is let through there, as it may be a click id.</summary>
    private static readonly FrozenSet<string> TextsInUrl = ["reason", "text", "note", "msg", "description"];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> TextsInUrlBySpan = TextsInUrl.GetAlternateLookup<ReadOnlySpan<char>>();

    private const int Longest = 32;

    /// <param name="name">Of a parameter of a tracker's URL.</param>
    public static Treatment InUrl(ReadOnlySpan<char> name)
    {
        var treatment = Of(name, isForeign: true, null, out _);
        name = name.TrimEnd("[].");
        Span<char> plain = stackalloc char[Longest];
        return treatment is Treatment.Hidden && TextsInUrlBySpan.Contains(Plain(name[(name.LastIndexOfAny('[', '.') + 1)..], plain)) ? Treatment.Text : treatment;
    }

    /// <param name="name">Of a member or a form's field; <c>client[phone]</c> and <c>client.phone</c> are a <c>phone</c>.</param>
    /// <param name="parent">What it stands in, if that matters.</param>
    /// <param name="self">What it is itself as a parent.</param>
    public static Treatment Of(ReadOnlySpan<char> name, bool isForeign, string? parent, out string? self)
    {
        name = name.TrimEnd("[].");
        if (name.LastIndexOfAny('[', '.') is >= 0 and var at)
        {
            Of(name[..at], isForeign, parent, out parent);
            name = name[(at + 1)..];
        }
        self = null;
        Span<char> longest = stackalloc char[Longest];
        var plain = Plain(name, longest);
        ParentsBySpan.TryGetValue(plain, out self);
        var treatment = (isForeign ? ForeignBySpan : OursBySpan).TryGetValue(plain, out var known) ? known : Treatment.Hidden;
        return (treatment, parent) switch
        {
            (Treatment.Name, "status" or "offer" or "project" or "field") => Treatment.Kept,
            (Treatment.Value, "reward") => Treatment.Kept,
            (Treatment.Code, "errors" or "extensions") => Treatment.Kept,
            _ => treatment,
        };
    }

    /// <summary>Nothing for a name that is longer than any that is known.</summary>
    private static ReadOnlySpan<char> Plain(ReadOnlySpan<char> name, Span<char> plain)
    {
        var length = 0;
        foreach (var c in name)
        {
            if (c is '_' or '-')
                continue;
            if (length == Longest)
                return [];
            plain[length++] = char.ToLowerInvariant(c);
        }
        return plain[..length];
    }

    private static IEnumerable<(string, Treatment)> Entries(Dictionary<Treatment, string> lists) => lists
        .SelectMany(list => list.Value.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(name => (name, list.Key)));

    private static string Numbered(string stem, int to) => string.Join(' ', Enumerable.Range(1, to).Select(n => $"{stem}{n}"));
}
