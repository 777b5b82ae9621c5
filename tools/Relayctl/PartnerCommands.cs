using System.Text.Json;
using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>The <c>partner</c> commands. Each returns what to print.</summary>
internal static class PartnerCommands
{
    private static readonly string[] Roles = ["partner", "advertiser"];

    public static string New(string folder, Arguments args)
    {
        var name = Named(args.Name);
        var roles = args.All("--role").DefaultIfEmpty("partner").Distinct().ToList();
        if (roles.FirstOrDefault(r => !Roles.Contains(r)) is { } unknown)
            throw new UsageException($"There is no role {unknown}; there are {string.Join(" and ", Roles)}.");
        var address = Sheet.Address(args["--base"]);
        var key = ApiKey.New();
        var change = new Change(folder);
        change.Create($"partners/{name}.json", File(key, roles));
        foreach (var alias in args.All("--campaign").Distinct())
            change.Append($"campaigns/{Named(alias)}.json", "partners", name);
        var config = change.Make();
        return Sheet.Of(config, config.Partners[name], address, key);
    }

    public static string NewKey(string folder, Arguments args)
    {
        var name = Named(args.Name);
        var old = Known(Loaded(folder), name).KeyHashes;
        var key = ApiKey.New();
        var change = new Change(folder);
        change.Append($"partners/{name}.json", "keys", ApiKey.Hash(key));
        change.Make();
        return $"""
            New API key of {name}, shown this once: {key}

            The old one works, too, until you take it away. When {name} uses the new one, remove from "keys" in partners/{name}.json:
              {string.Join("\n  ", old.Select(hash => $"\"sha256:{Convert.ToHexStringLower(hash)}\""))}
            and look at it with ./relayctl config check. Running services notice within seconds.
            """;
    }

    public static string ShowSheet(string folder, Arguments args)
    {
        var (name, address, config) = (Named(args.Name), Sheet.Address(args["--base"]), Loaded(folder));
        return Sheet.Of(config, Known(config, name), address, key: null);
    }

    /// <summary>A name that can be a file's; checked before any path is made of it.</summary>
    public static string Named(string name) => ConfigLoader.IsName(name) ? name
        : throw new UsageException($"{name} cannot be a name: a-z, 0-9, _ and -, up to 64, a letter or digit first.");

    /// <summary>The configuration, with the samples' keys too: whether they may stay is for the profile that the services run with.</summary>
    public static RelayConfig Loaded(string folder)
    {
        var (config, faults) = ConfigLoader.Load(folder, "sandbox");
        return config ?? throw new CommandException($"The configuration has {faults.Count} fault(s); mend them first:\n{string.Join('\n', faults)}");
    }

    private static Partner Known(RelayConfig config, string name) => config.Partners.GetValueOrDefault(name)
        ?? throw new CommandException($"There is no partner {name}; there are {string.Join(", ", config.Partners.Keys)}.");

    private static string File(string key, IReadOnlyList<string> roles) => $$"""
        {
          "$schema": "../schemas/partner.schema.json",

          // SHA-256 of the API key; the key itself is kept nowhere. For another one: ./relayctl partner key
          "keys": ["{{ApiKey.Hash(key)}}"],

          // "partner" submits leads and reads their status; "advertiser" pushes statuses. A key may have both.
          "roles": {{JsonSerializer.Serialize(roles)}}

          // "postbacks" here would be the templates for all campaigns that have none of their own for an event.
        }

        """;
}
