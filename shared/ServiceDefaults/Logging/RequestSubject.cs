using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Logging;

/// <summary>Whatever is logged while a request is handled whose path names a lead, an order or a campaign, names it, too.</summary>
public static class RequestSubject
{
    /// <summary>To be used before the exception handler, so that what that logs is within.</summary>
    public static void UseRequestSubjects(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestSubject).FullName!);
        app.Use(async (context, next) =>
        {
            using var scope = logger.BeginSubject(Of(context.Request.RouteValues));
            await next(context);
        });
    }

    private static Subject Of(RouteValueDictionary path) => new(
        Guid.TryParse(path["leadId"] as string, out var lead) ? lead : null, OrderId: path["orderId"] as string, Campaign: path["alias"] as string);
}
