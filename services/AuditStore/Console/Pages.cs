using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>How pages are answered with, and those that several have need of.</summary>
internal static class Pages
{
    /// <param name="parameters">Of the component, by name.</param>
    public static RazorComponentResult<T> Of<T>(object parameters, int status = StatusCodes.Status200OK) where T : IComponent =>
        new(parameters) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>A page that says one thing.</summary>
    public static RazorComponentResult Notice(int status, string title, string text, Said? said = null) => Of<NoticePage>(new { Title = title, Text = text, Said = said }, status);

    public static RazorComponentResult NotFound() => Notice(StatusCodes.Status404NotFound, "There is no such page", "Look for a lead by its id, phone or click id above.");

    /// <summary>303: the page is asked for with GET, so that loading it again does nothing twice.</summary>
    public static StatusCodeHttpResult SeeOther(HttpContext http, string page)
    {
        http.Response.Headers.Location = page;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
