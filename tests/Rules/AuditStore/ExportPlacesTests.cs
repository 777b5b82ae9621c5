using LeadRelay.AuditStore;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>Exports at once.</summary>
public class ExportPlacesTests
{
    [Fact]
    public void A_place_can_be_taken_again_once_it_was_left_and_is_left_but_once()
    {
        var places = new ExportPlaces();
        var taken = Enumerable.Range(0, ExportPlaces.All).Select(_ => places.Take()).ToArray();
        Assert.DoesNotContain(null, taken);
        Assert.Null(places.Take());

        taken[0]!.Dispose();
        taken[0]!.Dispose();

        Assert.NotNull(places.Take());
        Assert.Null(places.Take());
    }
}
