using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.PostbackDispatcher;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPostbackDispatcher();
builder.AddRelayBus(PostbackDispatcherService.Consumers);

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
