using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>Pages that several have need of.</summary>
internal static class Pages
{
    /// <summary>A page that says one thing.</summary>
    public static RazorComponentResult Notice(int status, string title, string text) =>
        new RazorComponentResult<NoticePage>(new { Title = title, Text = text }) { StatusCode = status, PreventStreamingRendering = true };

    public static RazorComponentResult NotFound() => Notice(StatusCodes.Status404NotFound, "There is no such page", "Look for a lead by its id, phone or click id above.");
}
