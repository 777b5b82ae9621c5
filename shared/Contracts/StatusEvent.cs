using System.Text.Json.Serialization;

namespace LeadRelay.Contracts;

/// <summary>What a status means for the partner's money; a postback template hangs on one of these.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatusEvent>))]
public enum StatusEvent
{
    /// <summary>In the queue, nobody has called yet.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,

    /// <summary>Being worked on: a call back was agreed, nobody picked up.</summary>
    [JsonStringEnumMemberName("hold")]
    Hold,

    /// <summary>Confirmed: the only event that carries money.</summary>
    [JsonStringEnumMemberName("approve")]
    Approve,

    /// <summary>The customer declined.</summary>
    [JsonStringEnumMemberName("cancel")]
    Cancel,

    /// <summary>Never was a lead: spam, double, wrong number.</summary>
    [JsonStringEnumMemberName("trash")]
    Trash,
}
