using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.WebhookReceiver;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddWebhookReceiver();
builder.AddRelayBus();

var app = builder.Build();
app.MapHealth();
app.MapWebhookReceiver();
await app.RunAsync();
