namespace LeadRelay.Tests.Rules.Persistence;

// The contracts, kept by MongoDB: in the build with -p:MongoDb=true, run by ./test mongodb.

public sealed class MongoOutboxTests() : OutboxContract(new MongoUnderTest());

public sealed class MongoOrdersTests() : OrdersContract(new MongoUnderTest());

public sealed class MongoKeptMessagesTests() : KeptMessagesContract(new MongoUnderTest());

public sealed class MongoDeliveryClaimTests() : DeliveryClaimContract(new MongoUnderTest());

public sealed class MongoDeliverySettleTests() : DeliverySettleContract(new MongoUnderTest());

public sealed class MongoDeliveryOrderTests() : DeliveryOrderContract(new MongoUnderTest());

public sealed class MongoResendTests() : ResendContract(new MongoUnderTest());

public sealed class MongoJobsTests() : JobsContract(new MongoUnderTest());
