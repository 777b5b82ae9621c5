using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.WebhookReceiver;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddWebhookReceiver();
builder.AddRelayBus(isWhole: false);

var app = builder.Build();
app.MapServiceDefaults();
app.MapWebhookReceiver();
await app.RunAsync();
