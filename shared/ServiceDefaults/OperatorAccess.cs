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
/// <c>Operator__PersonalDataToken</c> instead, where one is set, personal data may be read in clear, too. In the profiles
/// <c>embedded</c> and <c>sandbox</c> the samples' tokens do the same. The settings are read at each request, so that a
/// token can be changed without a restart; one that would have been refused at the start lets nobody in.
/// </summary>
public sealed class OperatorAccess
{
    private const string SampleToken = "demo-operator-token";
    private const string SamplePersonalDataToken = "demo-personal-data-token";

    private readonly IConfiguration settings;

    /// <exception cref="InvalidOperationException">No token is set, both are the same, or one is the sample's outside the sample profiles.</exception>
    public OperatorAccess(IConfiguration settings)
    {
        this.settings = settings;
        if (string.IsNullOrWhiteSpace(Token))
            throw new InvalidOperationException("Operator__Token is not set: give the operators' APIs a long random token.");
        if (Token == PersonalDataToken)
            throw new InvalidOperationException("Operator__PersonalDataToken is the same as Operator__Token: give those who may read personal data a token of their own, or nobody.");
        if ((Token is SampleToken || PersonalDataToken is SamplePersonalDataToken) && !TakesSamples)
            throw new InvalidOperationException("Operator__Token or Operator__PersonalDataToken is the sample's: everybody knows it. Set one of your own, or Profile=embedded to try things.");
    }

    private string? Token => settings["Operator:Token"];

    private string? PersonalDataToken => settings["Operator:PersonalDataToken"];

    private bool TakesSamples => settings["Profile"] is "embedded" or "sandbox";

    /// <summary>Whether a header's value carries one of the tokens; takes the same time whether it does or not.</summary>
    public bool Allows(string? authorization) => AllowsHash(HashIn(authorization));

    /// <summary>Whether it carries the one for personal data.</summary>
    public bool AllowsPersonalData(string? authorization) => AllowsPersonalDataHash(HashIn(authorization));

    /// <summary>Whether this is the <see cref="Hash"/> of one of the tokens: a session remembers no more of the one it was begun with.</summary>
    public bool AllowsHash(byte[]? hash) => IsThat(hash, Token, SampleToken) | AllowsPersonalDataHash(hash);

    /// <summary>Whether this is the <see cref="Hash"/> of the one for personal data.</summary>
    public bool AllowsPersonalDataHash(byte[]? hash) => IsThat(hash, PersonalDataToken, SamplePersonalDataToken) & !IsThat(hash, Token, SampleToken);

    /// <summary>SHA-256 of a token.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token.Trim()));

    private static byte[]? HashIn(string? authorization) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? Hash(authorization[7..]) : null;

    private bool IsThat(byte[]? given, string? token, string sample)
    {
        return given is not null && ((IsOneOf(token) & !string.IsNullOrWhiteSpace(token) & (TakesSamples || token != sample)) | (IsOneOf(sample) & TakesSamples));

        bool IsOneOf(string? known) => CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(known ?? "")));
    }
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
