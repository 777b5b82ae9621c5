namespace LeadRelay.Contracts;

/// <summary>A lead after normalisation.</summary>
/// <param name="Fields">
/// Values by canonical name: <c>phone</c> (E.164), <c>phone_raw</c>, <c>country</c> (ISO 3166 alpha-2), <c>first_name</c>,
/// <c>last_name</c>, <c>email</c>, <c>click_id</c>, <c>click_id_macro</c> (what came instead, when only a macro did that nothing had filled in), <c>external_lead_id</c>, <c>sub1</c>…<c>sub15</c>, <c>utm_source</c>,
/// <c>utm_medium</c>, <c>utm_campaign</c>, <c>utm_content</c>, <c>utm_term</c>, <c>address</c>, <c>city</c>, <c>region</c>,
/// <c>postcode</c>, <c>ip</c>, <c>user_agent</c>, <c>landing</c>, <c>referrer</c>, <c>comment</c>. Absent means not given.
/// </param>
/// <param name="Params">Parameters that are none of the above, by the name they came under.</param>
/// <param name="Cart">The goods ordered; null or empty when the lead names none.</param>
public sealed record Lead(IReadOnlyDictionary<string, string> Fields, IReadOnlyDictionary<string, string> Params, IReadOnlyList<CartItem>? Cart = null);
