using LeadRelay;
using LeadRelay.AuditStore;
using LeadRelay.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: false, AuditStoreService.Consumers);
builder.AddAuditStore();

var app = builder.Build();
app.MapServiceDefaults();
app.MapAuditStore();
await app.RunAsync();
