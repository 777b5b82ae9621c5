using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>What MongoDB alone cannot take: a document over 16 MB, of whatever it is made.</summary>
public sealed class MongoAuditTests() : StoreContract(new MongoUnderTest())
{
    private const int MostOfDocument = 16 * 1024 * 1024;

    [Theory]
    [InlineData(1024)] // the driver sends it, and the server refuses it
    [InlineData(1024 * 1024)] // the driver does not send it, nor what is sent with it
    public async Task A_document_that_is_too_large_with_its_comment_is_set_apart_and_the_others_are_stored(int over)
    {
        var audit = Store.Audit();
        var large = Entry(2) with { Message = $"\"{new string('x', AuditEntry.MostBytes - 1024)}\"", Comment = new string('y', MostOfDocument - AuditEntry.MostBytes + 1024 + over) };

        await audit.AppendAsync([Entry(1), large, Entry(3), Entry(4)], None);
        await audit.AppendAsync([large, Entry(5)], None);

        Assert.Equal([5, 4, 3, 1], (await audit.SearchAsync(new AuditQuery(), None)).Select(e => (int)(e.At - Builders.Now).TotalSeconds));
        var apart = Assert.Single(await audit.ApartAsync(10, None));
        Assert.Equal((large.MessageId, large.Message[..ApartEntry.MostKept]), (apart.MessageId, apart.Message));
        Assert.StartsWith("MongoDB ", apart.Reason, StringComparison.Ordinal);
    }

    private static AuditEntry Entry(int second) => new(Builders.NewId(), "LeadSubmitted", Builders.Now.AddSeconds(second), new Subject(), null, null, null, "{}");
}
