using System.Globalization;

namespace LeadRelay.Intake;

/// <summary>The names under which partners send what we call by one name. Of several that came, the first of the list counts.</summary>
public static class FieldAliases
{
    /// <summary>Canonical name (see <see cref="Lead.Fields"/>) to what is accepted for it.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Table = Build();

    /// <summary>Objects that partners put a lead's fields into.</summary>
    public static readonly IReadOnlyList<string> Wrappers = ["", "lead.", "client.", "customer.", "data.", "user."];

    private static Dictionary<string, IReadOnlyList<string>> Build()
    {
        var table = new Dictionary<string, IReadOnlyList<string>>
        {
            ["phone"] = ["phone", "tel", "telephone", "mobile", "phone_number", "msisdn", "user_phone", "phone1"],
            ["phone_prefix"] = ["phonecc", "phone_cc", "phone_prefix"],
            ["name"] = ["name", "fio", "full_name", "fullname", "customer_name", "user_name", "client"],
            ["first_name"] = ["first_name", "firstname", "given-name", "fname"],
            ["last_name"] = ["last_name", "lastname", "family-name", "lname"],
            ["country"] = ["country", "geo", "country_code", "countrycode", "id_country"],
            ["email"] = ["email", "e-mail", "mail"],
            ["click_id"] = ["click_id", "clickid", "click", "cid", "subid", "sub_id", "aff_click_id", "aff_sub", "visit_id", "track_id", "ext_cid"],
            ["external_lead_id"] = ["external_lead_id"],
            ["ip"] = ["ip", "userip", "ip_address", "client_ip", "uip"],
            ["user_agent"] = ["ua", "user_agent", "useragent", "uagent"],
            ["address"] = ["address", "addr", "street-address", "street"],
            ["city"] = ["city", "address-level2"],
            ["region"] = ["region", "area", "state", "address-level1"],
            ["postcode"] = ["postcode", "zip", "index", "postal-code", "postal_code"],
            ["comment"] = ["comment", "comm", "notes", "message"],
            ["landing"] = ["landing", "landing_url", "url"],
            ["referrer"] = ["referer", "referrer", "base_url"],
            ["utm_source"] = ["utm_source", "us"],
            ["utm_medium"] = ["utm_medium", "um"],
            ["utm_campaign"] = ["utm_campaign", "uc"],
            ["utm_content"] = ["utm_content", "un"],
            ["utm_term"] = ["utm_term", "ut"],
        };
        for (var i = 1; i <= 15; i++)
        {
            var n = i.ToString(CultureInfo.InvariantCulture);
            table["sub" + n] = ["sub" + n, "subid" + n, "sub_id" + n, "sub_id_" + n, "aff_sub" + n, "s" + n];
        }
        return table;
    }
}
