using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Sandbox;

/// <summary>The known part of SalesRender's schema, cut to what each of its addresses answers.</summary>
public static class SalesRenderSchema
{
    // The REST sibling has no schema of its own. Written as an input type, its body is checked like all others.
    private const string Rest = """
        input RestLeadInput {
          offerId: ID! externalId: String externalTag: String data: LeadDataInput source: SourceInput
          timezoneOffset: String bid: RestBidInput price: Float
        }
        input RestBidInput { type: RestBidType percent: Float fixed: Float currency: String }
        enum RestBidType { FIXED PERCENT_FROM_INIT PERCENT_FROM_TOTAL }
        """;

    private static readonly Schema Whole = SchemaParser.Parse(Embedded() + Rest);

    public static Schema Crm { get; } = Introspection.AddTo(Whole.Keep("Mutation", "orderMutation"));

    public static Schema Cpa { get; } = Introspection.AddTo(Whole.Keep("Mutation", "leadMutation").Keep("Query"));

    private static string Embedded()
    {
        using var stream = typeof(SalesRenderSchema).Assembly.GetManifestResourceStream("salesrender.graphql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
