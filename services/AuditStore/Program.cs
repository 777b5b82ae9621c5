using LeadRelay;
using LeadRelay.AuditStore;
using LeadRelay.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddAuditStore();
builder.AddRelayBus(AuditStoreService.Consumers);

var app = builder.Build();
app.MapHealth();
app.MapAuditStore();
await app.RunAsync();
