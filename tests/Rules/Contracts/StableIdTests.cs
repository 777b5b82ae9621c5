using FsCheck;
using FsCheck.Fluent;

namespace LeadRelay.Tests.Rules.Contracts;

public class StableIdTests
{
    private static readonly Guid Dns = new("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    [Fact]
    public void The_standards_example_comes_out() =>
        Assert.Equal(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"), StableId.Of(Dns, "www.example.com"));

    [Fact]
    public void Every_id_is_a_UUID_of_version_5() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<long>(), (name, sequence) =>
    {
        var id = StableId.Of(name ?? "", "kind", sequence);
        return id.Version is 5 && id.Variant is >= 8 and <= 11 && id == StableId.Of(name ?? "", "kind", sequence);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_part_makes_another_id()
    {
        Guid[] ids = [
            StableId.Of("a", "b"), StableId.Of("b", "a"), StableId.Of("ab", ""), StableId.Of("", "ab"), StableId.Of("a", "B"), StableId.Of("a", "b", 1), StableId.Of("a", "b", 0, 1),
            StableId.Of("a", "b", 1, 1), StableId.Of("a", "b", 11), StableId.Of("a", "b", 1, 11), StableId.Of("a", "b", -1), StableId.Of(Dns, "a\nb\n0\n0")];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void An_id_never_changes_as_stored_ones_must_be_met_again() =>
        Assert.Equal(new Guid("159a8b79-f44c-5782-98c9-335e1815b7d3"), StableId.Of("subject", "Kind", 7, 3));
}
