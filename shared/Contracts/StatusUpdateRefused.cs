namespace LeadRelay.Contracts;

/// <summary>An advertiser's status was not applied.</summary>
/// <param name="UpdateId">Id of the request; absent when it was refused at the door.</param>
/// <param name="Code"><c>unknown_order</c>, <c>crm_unreachable</c>, or SalesRender's own code.</param>
public sealed record StatusUpdateRefused(
    Guid? UpdateId,
    Subject About,
    string Code,
    string Text,
    CrmExchange? Exchange,
    DateTimeOffset At) : IAudited;
