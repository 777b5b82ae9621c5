namespace LeadRelay.Contracts;

/// <summary>An advertiser's status was not applied.</summary>
/// <param name="Request">What was asked for; absent when it was refused at the door.</param>
/// <param name="Raw">The payload, when it was refused at the door.</param>
/// <param name="Code"><c>unknown_order</c>, <c>unknown_lead</c>, <c>no_order_yet</c>, <c>unknown_status</c>, <c>crm_unreachable</c>, <c>no_crm_token</c>, SalesRender's own code, or that of the door's answer.</param>
public sealed record StatusUpdateRefused(
    Subject About,
    StatusUpdateRequested? Request,
    RawPayload? Raw,
    string Code,
    string Text,
    CrmExchange? Exchange,
    DateTimeOffset At) : IAudited;
