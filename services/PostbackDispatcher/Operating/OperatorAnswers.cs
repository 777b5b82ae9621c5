using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LeadRelay.Persistence.Postbacks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What the operators' endpoints have in common.</summary>
internal static class OperatorAnswers
{
    private const int Most = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>For the broker to confirm what is in the outbox anyway.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static ProblemHttpResult Problem(int status, string title, string text) => TypedResults.Problem(text, statusCode: status, title: title);

    public static ProblemHttpResult Invalid(string text) => Problem(StatusCodes.Status422UnprocessableEntity, "not understood", text);

    public static ProblemHttpResult NoSuchPlace => Invalid("after must be the \"next\" of the page before.");

    /// <summary>How many are asked for, 100 where nothing is said; false with a sentence that says how many may be.</summary>
    public static bool TryReadLimit(string? text, out int limit, [NotNullWhen(false)] out string? fault)
    {
        limit = 100;
        fault = text is null or "" || (int.TryParse(text, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= Most) ? null : $"limit must be 1 to {Most}.";
        return fault is null;
    }

    /// <summary>Store and broker are waited for where work is done; somebody at a screen is told.</summary>
    public static RouteGroupBuilder WithLimit(this RouteGroupBuilder endpoints) => endpoints.AddEndpointFilter(async (context, next) =>
    {
        try { return await next(context).AsTask().WaitAsync(Limit); }
        catch (TimeoutException)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, "no answer in time", $"It took longer than {Limit.TotalSeconds} s; store or broker may be away (/health/ready says so). It may still be done: look before you say it again.");
        }
    });

    /// <summary>Tells what the ledger has recorded. Where the broker does not confirm it soon, the outbox goes on with it.</summary>
    public static async Task TellAsync(this OutboxSender<IPostbackLedger> outbox, IReadOnlyList<Outgoing> events, TimeProvider time)
    {
        try { await outbox.SendAsync(events, CancellationToken.None).WaitAsync(Patience, time); }
        catch (TimeoutException) { }
    }
}
