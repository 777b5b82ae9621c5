using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace LeadRelay.Tests.Rules.Contracts;

/// <summary>One instance of every message, with every value filled in: the values follow from the names, so they never change.</summary>
internal static class Filled
{
    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    public static object Of(string message) => Value(WireTests.Types().Single(type => type.Name == message), "");

    private static object Value(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"{name} ü \"+<>";
        if (type == typeof(Guid)) return StableId.Of(name, "wire");
        if (type == typeof(DateTimeOffset)) return Time;
        if (type == typeof(int) || type == typeof(long)) return Convert.ChangeType(name.Length, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(decimal)) return 12.50m;
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(1)!;
        if (type == typeof(JsonElement)) return JsonSerializer.SerializeToElement(new { input = new { id = "1" } });
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)) return new Dictionary<string, string> { ["sub1"] = "one", ["Param-X"] = "zwei" };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return List(type.GetGenericArguments()[0], name);
        if (type.Namespace != typeof(LeadRelay.Contracts.IAudited).Namespace)
            throw new NotSupportedException($"{name}: say here what a filled {type} is.");
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).MaxBy(c => c.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Value(parameter.ParameterType, parameter.Name!))]);
    }

    private static IList List(Type item, string name)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        list.Add(Value(item, name));
        list.Add(Value(item, name));
        return list;
    }
}
