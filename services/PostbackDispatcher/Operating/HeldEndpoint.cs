using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What is held because its campaign's map lacks the status.</summary>
public static class HeldEndpoint
{
    /// <summary>So many are looked at for one answer; what is held of one campaign or in one status may be few among many.</summary>
    private const int MostLooked = 5000;

    private const int Page = 500;

    public static void MapHeld(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/held", ListAsync);

    /// <summary>The oldest first, page by page.</summary>
    /// <param name="status">As <c>77</c> or <c>group:SHIPPED</c>: what a release of it means.</param>
    private static async Task<IResult> ListAsync(string? campaign, string? status, string? limit, string? after, IPostbackLedger ledger, CancellationToken ct)
    {
        if (!OperatorAnswers.TryReadLimit(limit, out var atMost, out var fault))
            return OperatorAnswers.Invalid(fault);
        var (wanted, key, place, found) = (QueryText.Given(campaign), QueryText.Given(status) is { } named ? StatusKey.Of(named) : null, QueryText.Given(after), new List<HeldView>());
        try
        {
            for (var looked = 0; looked < MostLooked; looked += Page)
            {
                var page = await ledger.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, Page, ct, place);
                var meant = page.Where(kept => key is null || Releases.IsAbout(key, kept.Message)).ToArray();
                var views = await Task.WhenAll(meant.Select(async kept => HeldView.Of(kept, await ledger.FindAsync(kept.About, ct))));
                foreach (var (kept, view) in meant.Zip(views).Where(each => wanted is null || each.Second.Campaign == wanted))
                {
                    if (found.Count == atMost)
                        return TypedResults.Ok(new HeldList(found, place));
                    found.Add(view);
                    place = kept.Place;
                }
                if (page.Count < Page)
                    return TypedResults.Ok(new HeldList(found, null));
                place = page[^1].Place;
            }
            return TypedResults.Ok(new HeldList(found, place));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return OperatorAnswers.NoSuchPlace;
        }
    }
}

/// <summary>A held message as operators see it.</summary>
/// <param name="Campaign">With partner and lead, of its order's record: the webhook does not name them.</param>
/// <param name="Comment">What the call centre wrote, masked.</param>
/// <param name="Since">When its webhook was received.</param>
public sealed record HeldView(
    Guid MessageId, string? Campaign, string? Partner, Guid? LeadId, string? OrderId, string? ClickId, string? Connection, string? StatusId, string? StatusGroup, string? Comment, DateTimeOffset Since)
{
    /// <param name="orders">Whose it is; should that not be one, it is shown as it names itself.</param>
    public static HeldView Of(KeptMessage kept, IReadOnlyList<OrderRecord> orders)
    {
        var (message, about) = (kept.Message, orders is [var order] ? order.About : kept.Message.About);
        return new HeldView(kept.Id, about.Campaign, about.Partner, about.LeadId, about.OrderId, about.ClickId, message.About.Connection,
            message.StatusId, message.StatusGroup, message.Comment is { } comment ? PersonalData.MaskText(comment) : null, message.At);
    }
}

/// <summary>What is held.</summary>
/// <param name="Next">Give it as <c>after</c> to get the next page; absent on the last one. A page that is not full may have a next one: of one campaign or in one status there may be few among many.</param>
public sealed record HeldList(IReadOnlyList<HeldView> Held, string? Next);
