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

/// <summary>
/// The operators' APIs: <c>Authorization: Bearer</c> with the token of <c>Operator__Token</c>; with the one of
/// <c>Operator__PersonalDataToken</c> instead, where one is set, personal data may be read in clear, too.
/// </summary>
public sealed class OperatorAccess
{
    private readonly byte[] tokenHash;
    private readonly byte[]? personalDataTokenHash;

    /// <exception cref="InvalidOperationException">No token is set, both are the same, or one is the sample's outside the sample profiles.</exception>
    public OperatorAccess(IConfiguration settings)
    {
        var (token, personal) = (settings["Operator:Token"], settings["Operator:PersonalDataToken"]);
        if (string.IsNullOrWhiteSpace(token))
            throw new InvalidOperationException("Operator__Token is not set: give the operators' APIs a long random token.");
        if (token == personal)
            throw new InvalidOperationException("Operator__PersonalDataToken is the same as Operator__Token: give those who may read personal data a token of their own, or nobody.");
        if ((token is "demo-operator-token" || personal is "demo-personal-data-token") && settings["Profile"] is not ("embedded" or "sandbox"))
            throw new InvalidOperationException("Operator__Token or Operator__PersonalDataToken is the sample's: everybody knows it. Set one of your own, or Profile=embedded to try things.");
        tokenHash = Hash(token);
        personalDataTokenHash = string.IsNullOrWhiteSpace(personal) ? null : Hash(personal);
    }

    /// <summary>Whether a header's value carries one of the tokens; takes the same time whether it does or not.</summary>
    public bool Allows(string? authorization) => Carries(authorization, tokenHash) | AllowsPersonalData(authorization);

    /// <summary>Whether it carries the one for personal data.</summary>
    public bool AllowsPersonalData(string? authorization) => personalDataTokenHash is { } hash && Carries(authorization, hash);

    private static bool Carries(string? authorization, byte[] hash) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(authorization[7..].Trim()), hash);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
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
