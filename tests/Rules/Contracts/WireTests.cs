using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Contracts;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.Contracts;

/// <summary>
/// Messages as they are on the wire: services of two versions run side by side during an update, and the audit reads what
/// was stored years ago. Whoever changes a file in <c>wire/</c> has changed that.
/// </summary>
public class WireTests
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Names => [.. Types().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_is_on_the_wire_as_it_is_pinned(string name)
    {
        var actual = Write(Filled.Of(name));
        var file = Path.Combine(Folder(), name + ".json");
        var pinned = File.Exists(file) ? File.ReadAllText(file) : "";
        if (actual == pinned.TrimEnd())
            return;
        var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder(), "../../../../artifacts/wire")).FullName, name + ".json");
        File.WriteAllText(copy, actual + "\n");
        Assert.Fail($"{name} is not on the wire as {file} has it. If that is meant, and old messages can still be read, copy {copy} there.\n{actual}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_that_was_read_is_written_the_same(string name)
    {
        var type = Types().Single(t => t.Name == name);
        var pinned = File.ReadAllText(Path.Combine(Folder(), name + ".json"));

        var read = JsonSerializer.Deserialize(pinned, type, SystemTextJsonMessageSerializer.Options)!;

        Assert.Equal(pinned.TrimEnd(), Write(read));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_value_of_a_pinned_message_is_filled_in(string name)
    {
        Assert.All(Leaves(JsonNode.Parse(Write(Filled.Of(name)))), leaf => Assert.NotNull(leaf));

        static IEnumerable<JsonNode?> Leaves(JsonNode? node) => node switch
        {
            JsonObject o => o.SelectMany(member => Leaves(member.Value)),
            JsonArray { Count: > 0 } array => array.SelectMany(Leaves),
            JsonArray => [null],
            _ => [node],
        };
    }

    [Fact]
    public void There_is_no_pin_without_a_message() =>
        Assert.Equal(Types().Select(type => type.Name).Order(), Directory.GetFiles(Folder(), "*.json").Select(Path.GetFileNameWithoutExtension).Order());

    internal static IEnumerable<Type> Types() => typeof(IAudited).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(IAudited))).Append(typeof(LeadViewsRequested)).Append(typeof(LeadViewsFound)).OrderBy(type => type.Name, StringComparer.Ordinal);

    private static string Write(object message) =>
        JsonNode.Parse(JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options))!.ToJsonString(Pretty);

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "wire");
}
