using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace LeadRelay;

/// <summary>Metadata of an endpoint: the local port it answers on.</summary>
public sealed record LocalPort(int Port);

/// <summary>
/// Tells endpoints apart by the port the connection came in on. The Host header would do the same, but the caller writes that.
/// </summary>
public sealed class LocalPortPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => -100;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<LocalPort>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint.Metadata.GetMetadata<LocalPort>() is { } local && local.Port != httpContext.Connection.LocalPort)
                candidates.SetValidity(i, false);
        }
        return Task.CompletedTask;
    }
}
