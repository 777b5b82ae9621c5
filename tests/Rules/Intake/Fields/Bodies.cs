using System.Text;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

/// <summary>Bodies as Intake reads them, and leads made of them.</summary>
internal static class Bodies
{
    public static (Body Body, Refusal? Refusal) Read(string text, string contentType = "") => Body.Read("POST", contentType, Encoding.UTF8.GetBytes(text));

    public static Normaliser.Result Normalise(string body, string? country = "DE", params string[] required) =>
        Normaliser.Normalise(Read(body).Body.Fields, country, required.ToHashSet());

    public static Normaliser.Result Normalise(params (string Name, string Value)[] fields) =>
        Normaliser.Normalise(new Dictionary<string, string>(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), StringComparer.OrdinalIgnoreCase), "DE", new HashSet<string>());

    /// <summary>The same with a phone number, as every lead has one.</summary>
    public static Normaliser.Result Lead(params (string Name, string Value)[] fields) => Normalise([("phone", "+4915112345678"), .. fields]);
}
