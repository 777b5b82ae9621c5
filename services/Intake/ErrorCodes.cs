namespace LeadRelay.Intake;

/// <summary>Every <c>code</c> that Intake's problem details can have, with its HTTP status. Partners program against it: a code is never renamed, and a new one goes into docs/partner-api.md, too.</summary>
public static class ErrorCodes
{
    public static readonly IReadOnlyDictionary<string, int> All = new Dictionary<string, int>
    {
        ["unauthorized"] = 401,
        ["network_not_allowed"] = 403,
        ["rate_limited"] = 429,
        ["role_missing"] = 403,
        ["campaign_not_allowed"] = 403,
        ["unknown_campaign"] = 404,
        ["unknown_lead"] = 404,
        ["unknown_order"] = 404,
        ["invalid_json"] = 400,
        ["invalid_multipart"] = 400,
        ["too_many_fields"] = 400,
        ["body_too_large"] = 413,
        ["unsupported_media_type"] = 415,
        ["missing_field"] = 422,
        ["invalid_phone"] = 422,
        ["invalid_cart"] = 422,
        ["order_refused"] = 422,
        ["too_many_ids"] = 422,
        ["no_order_yet"] = 409,
        ["idempotency_conflict"] = 409,
        ["duplicate"] = 409,
        ["unknown_status"] = 422,
        ["status_refused"] = 422,
        ["outcome_unknown"] = 503,
        ["status_unavailable"] = 503,
    };
}
