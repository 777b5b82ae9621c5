using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>
/// Holds a document against the schema before anything is done: fields, arguments, literals, variables, fragments (chapter 5 of the
/// specification, except that the arguments of fields merged under one key are not compared).
/// </summary>
public sealed class Validator
{
    private readonly Schema schema;
    private readonly Document document;
    private readonly Operation operation;
    private readonly HashSet<string> usedVariables = [];
    private readonly HashSet<string> usedFragments;
    private readonly List<string> faults;
    private readonly InputReader literals;

    private Validator(Schema schema, Document document, Operation operation, HashSet<string> usedFragments, List<string> faults)
    {
        (this.schema, this.document, this.operation, this.usedFragments, this.faults) = (schema, document, operation, usedFragments, faults);
        literals = new InputReader(schema, fromJson: false, CheckVariable, faults.Add);
    }

    /// <summary>Everything that is wrong with the document; nothing, if it may be executed.</summary>
    public static IReadOnlyList<GraphQlError> Check(Schema schema, Document document)
    {
        var faults = new List<string>();
        var usedFragments = new HashSet<string>();
        foreach (var operation in document.Operations)
            new Validator(schema, document, operation, usedFragments, faults).CheckOperation();
        // What stands under a field that does not exist was not looked at, so only a sound document can be said not to use something.
        if (faults.Count is 0)
            faults.AddRange(document.Fragments.Keys.Where(name => !usedFragments.Contains(name)).Select(name => $"Fragment \"{name}\" is never used."));
        return [.. faults.Distinct().Select(GraphQlError.Validation)];
    }

    private void CheckOperation()
    {
        foreach (var twice in operation.Variables.GroupBy(variable => variable.Name).Where(same => same.Count() > 1))
            faults.Add($"There can be only one variable named \"${twice.Key}\".");
        foreach (var variable in operation.Variables)
        {
            if (!schema.IsInput(variable.Type))
                faults.Add($"Variable \"${variable.Name}\" cannot be of type \"{variable.Type}\": the schema has no such input type.");
            else if (variable.Default is not null)
                literals.Read(variable.Type, variable.Default, $"Variable \"${variable.Name}\"");
        }
        CheckSelections(schema.Root(operation.Kind), operation.Selections, [], []);
        if (faults.Count is 0)
            faults.AddRange(operation.Variables.Where(variable => !usedVariables.Contains(variable.Name))
                .Select(variable => $"Variable \"${variable.Name}\" is never used."));
    }

    /// <param name="keys">Which field each key of this level of the answer stands for.</param>
    /// <param name="open">The fragments being read, to find circles.</param>
    private void CheckSelections(CompositeType parent, IReadOnlyList<Selection> selections, Dictionary<string, string> keys, string[] open)
    {
        foreach (var selection in selections)
        {
            switch (selection)
            {
                case Field field:
                    if (keys.TryGetValue(field.Key, out var other) && other != field.Name)
                        faults.Add($"Fields \"{field.Key}\" conflict: \"{other}\" and \"{field.Name}\" are different fields.");
                    keys[field.Key] = field.Name;
                    CheckField(parent, field, open);
                    break;
                case InlineFragment { On: null } inline:
                    CheckSelections(parent, inline.Selections, keys, open);
                    break;
                case InlineFragment { On: { } on } inline:
                    CheckFragment(parent, on, inline.Selections, keys, open);
                    break;
                case FragmentSpread spread when !document.Fragments.ContainsKey(spread.Name):
                    faults.Add($"Unknown fragment \"{spread.Name}\".");
                    break;
                case FragmentSpread spread when open.Contains(spread.Name):
                    faults.Add($"Fragment \"{spread.Name}\" contains itself.");
                    break;
                case FragmentSpread spread:
                    usedFragments.Add(spread.Name);
                    var fragment = document.Fragments[spread.Name];
                    CheckFragment(parent, fragment.On, fragment.Selections, keys, [.. open, spread.Name]);
                    break;
            }
        }
    }

    private void CheckFragment(CompositeType parent, string on, IReadOnlyList<Selection> selections, Dictionary<string, string> keys, string[] open)
    {
        if (schema.Find(on) is not CompositeType type)
            faults.Add($"A fragment cannot be on \"{on}\": the schema has no such object type.");
        else if (!Schema.Overlap(type, parent))
            faults.Add($"A fragment on \"{on}\" can never be a \"{parent.Name}\".");
        else
            CheckSelections(type, selections, keys, open);
    }

    private void CheckField(CompositeType parent, Field field, string[] open)
    {
        var isTypeName = field.Name is "__typename";
        var definition = isTypeName ? TypeName : parent.Fields.GetValueOrDefault(field.Name);
        if (definition is null)
        {
            faults.Add($"Cannot query field \"{field.Name}\" on type \"{parent.Name}\".");
            return;
        }

        literals.ReadFields(definition.Arguments, field.Arguments, $"Argument of \"{parent.Name}.{field.Name}\"", $"field \"{parent.Name}.{field.Name}\"");
        if (schema.Find(definition.Type.Innermost) is CompositeType type)
        {
            if (field.Selections.Count is 0)
                faults.Add($"Field \"{field.Name}\" of type \"{definition.Type}\" must have a selection of subfields.");
            CheckSelections(type, field.Selections, [], open);
        }
        else if (field.Selections.Count > 0)
            faults.Add($"Field \"{field.Name}\" must not have a selection: type \"{definition.Type}\" has no subfields.");
    }

    private static readonly FieldDefinition TypeName = new("__typename", new TypeRef("String", null, true), new Dictionary<string, InputField>());

    private JsonNode? CheckVariable(string name, TypeRef wanted, string path)
    {
        usedVariables.Add(name);
        if (operation.Variables.FirstOrDefault(variable => variable.Name == name) is not { } variable)
            faults.Add($"Variable \"${name}\" is not defined.");
        else if (!Fits(variable.Type with { Required = variable.Type.Required || variable.Default is not (null or NullValue) }, wanted))
            faults.Add($"{path}: variable \"${name}\" of type \"{variable.Type}\" is used where \"{wanted}\" is expected.");
        return null;
    }

    private static bool Fits(TypeRef type, TypeRef wanted) =>
        (type.Required || !wanted.Required)
        && (type.Item, wanted.Item) switch
        {
            (null, null) => type.Name == wanted.Name,
            ({ } item, { } wantedItem) => Fits(item, wantedItem),
            _ => false,
        };
}
