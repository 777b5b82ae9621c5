using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LeadRelay;

/// <summary>The operators' APIs: <c>Authorization: Bearer</c> with the token of <c>Operator__Token</c>.</summary>
public sealed class OperatorAccess
{
    private readonly byte[] tokenHash;

    /// <exception cref="InvalidOperationException">No token is set, or the sample one outside the sample profiles.</exception>
    public OperatorAccess(IConfiguration settings)
    {
        var token = settings["Operator:Token"];
        if (string.IsNullOrWhiteSpace(token))
            throw new InvalidOperationException("Operator__Token is not set: give the operators' APIs a long random token.");
        if (token is "demo-operator-token" && settings["Profile"] is not ("embedded" or "sandbox"))
            throw new InvalidOperationException("Operator__Token is the sample's: everybody knows it. Set one of your own, or Profile=embedded to try things.");
        tokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }

    /// <summary>Whether a header's value carries the token; takes the same time whether it does or not.</summary>
    public bool Allows(string? authorization) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[7..].Trim())), tokenHash);
}

/// <summary>Puts <see cref="OperatorAccess"/> in front of endpoints.</summary>
public static class OperatorAccessExtensions
{
    public static void AddOperatorAccess(this IHostApplicationBuilder builder) =>
        builder.Services.TryAddSingleton(new OperatorAccess(builder.Configuration));

    public static TBuilder RequireOperator<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (context, next) =>
        {
            var access = context.HttpContext.RequestServices.GetRequiredService<OperatorAccess>();
            if (access.Allows(context.HttpContext.Request.Headers.Authorization))
                return await next(context);
            context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem("Send the operator's token as Authorization: Bearer ….", statusCode: StatusCodes.Status401Unauthorized, title: "Not an operator");
        });
}
