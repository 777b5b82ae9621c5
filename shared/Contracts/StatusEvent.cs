namespace LeadRelay.Contracts;

/// <summary>What a status means for the partner's money; a postback template hangs on one of these.</summary>
public enum StatusEvent
{
    /// <summary>In the queue, nobody has called yet.</summary>
    Wait,

    /// <summary>Being worked on: a call back was agreed, nobody picked up.</summary>
    Hold,

    /// <summary>Confirmed: the only event that carries money.</summary>
    Approve,

    /// <summary>The customer declined.</summary>
    Cancel,

    /// <summary>Never was a lead: spam, double, wrong number.</summary>
    Trash,
}
