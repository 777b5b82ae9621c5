using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadRelay.Persistence;

/// <summary>Messages as text within a ledger.</summary>
public static class MessageJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static readonly Dictionary<string, Type> Types = typeof(IAudited).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(IAudited))).ToDictionary(type => type.Name);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, value!.GetType(), Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;

    /// <summary>Reads a message by its type's name.</summary>
    public static IAudited Read(string type, string json) => (IAudited)JsonSerializer.Deserialize(json, Types[type], Options)!;
}
