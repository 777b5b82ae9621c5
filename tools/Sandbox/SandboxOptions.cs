namespace LeadRelay.Sandbox;

/// <summary>Settings, under <c>Sandbox</c>.</summary>
public sealed record SandboxOptions
{
    /// <summary>Where status changes are reported to.</summary>
    public Uri WebhookUrl { get; init; } = new("http://127.0.0.1:8081/webhooks/sandbox/demo-webhook-secret");

    /// <summary>Report new orders too, as a webmaster's webhook does.</summary>
    public bool WebhookOnCreate { get; init; }

    /// <summary>File that has the last order's id, so that a Sandbox that begins anew gives no id twice; without it the first is 1001 each time.</summary>
    public string? LastOrderFile { get; init; }
}
