using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>Gives the value of one field; its object holds the field's arguments.</summary>
public delegate JsonNode? Resolver(JsonObject arguments);

/// <summary>
/// Does what a valid operation says and cuts the answer to its selections. A field with a resolver ("Type.field") is asked for; any
/// other is a property of the object it is on.
/// </summary>
public sealed class Executor(
    Schema schema, Document document, IReadOnlyDictionary<string, JsonNode?> variables, IReadOnlyDictionary<string, Resolver> resolvers)
{
    private readonly InputReader arguments = new(
        schema, fromJson: false, (name, _, _) => variables.GetValueOrDefault(name)?.DeepClone(), fault => throw new InvalidOperationException(fault));

    public JsonObject Run(Operation operation) => Shape(schema.Root(operation.Kind), [], operation.Selections);

    private JsonObject Shape(CompositeType type, JsonObject source, IEnumerable<Selection> selections)
    {
        var shaped = new JsonObject();
        // Fields of the same key are one field with the selections of all.
        foreach (var same in Fields(type, selections).GroupBy(field => field.Key))
        {
            var field = same.First();
            shaped[same.Key] = field.Name is "__typename" ? type.Name : Read(type, source, field, [.. same.SelectMany(one => one.Selections)]);
        }
        return shaped;
    }

    private IEnumerable<Field> Fields(CompositeType type, IEnumerable<Selection> selections) => selections.SelectMany(selection => selection switch
    {
        Field field => [field],
        InlineFragment inline => inline.On is null || Is(type, inline.On) ? Fields(type, inline.Selections) : [],
        FragmentSpread spread when document.Fragments[spread.Name] is var fragment && Is(type, fragment.On) => Fields(type, fragment.Selections),
        _ => [],
    });

    private static bool Is(CompositeType type, string name) => type.Name == name || type.Interfaces.Contains(name);

    private JsonNode? Read(CompositeType type, JsonObject source, Field field, IReadOnlyList<Selection> selections)
    {
        var definition = type.Fields[field.Name];
        var path = $"{type.Name}.{field.Name}";
        var value = resolvers.TryGetValue(path, out var resolve)
            ? resolve(arguments.ReadFields(definition.Arguments, field.Arguments, path, path))
            : source[field.Name];
        return Complete(definition.Type, value, selections, path);
    }

    private JsonNode? Complete(TypeRef type, JsonNode? value, IReadOnlyList<Selection> selections, string path) => (type.Item, value) switch
    {
        (_, null) => type.Required ? throw new InvalidOperationException($"The stand-in has no value for {path}.") : null,
        ({ } item, JsonArray list) => new JsonArray([.. list.Select(one => Complete(item, one, selections, path))]),
        (_, JsonObject source) => Shape(TypeOf(type, source), source, selections),
        _ => value.DeepClone(),
    };

    // Where the schema says an interface, the object itself says what it is.
    private CompositeType TypeOf(TypeRef type, JsonObject source) =>
        (CompositeType)schema.Types[source["__typename"]?.GetValue<string>() ?? type.Name];
}
