using System.Text.Json.Serialization;

namespace LeadRelay.Contracts;

/// <summary>What a tracker made of a postback, as far as its answer says. Trackers answer 200 to what they throw away, too.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrackerVerdict>))]
public enum TrackerVerdict
{
    /// <summary>It counted it, or had counted it before.</summary>
    [JsonStringEnumMemberName("credited")]
    Credited,

    /// <summary>It took it; whether it counts it, its own report says.</summary>
    [JsonStringEnumMemberName("received")]
    Received,

    /// <summary>It threw it away.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
