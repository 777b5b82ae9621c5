namespace LeadRelay.Tests.Rules.Persistence;

// The contracts, kept by MongoDB: in the build with -p:MongoDb=true, run by ./test mongodb.

public sealed class MongoCrmAcceptTests() : CrmAcceptContract(new MongoUnderTest());

public sealed class MongoCrmClaimTests() : CrmClaimContract(new MongoUnderTest());

public sealed class MongoCrmSettleTests() : CrmSettleContract(new MongoUnderTest());

public sealed class MongoCrmDoubtTests() : CrmDoubtContract(new MongoUnderTest());

public sealed class MongoCrmDuplicateTests() : CrmDuplicateContract(new MongoUnderTest());

public sealed class MongoCrmErasePersonTests() : CrmErasePersonContract(new MongoUnderTest());

public sealed class MongoCrmLedgerModelTests() : CrmLedgerModelContract(() => new MongoUnderTest());

public sealed class MongoOutboxTests() : OutboxContract(new MongoUnderTest());

public sealed class MongoOrdersTests() : OrdersContract(new MongoUnderTest());

public sealed class MongoKeptMessagesTests() : KeptMessagesContract(new MongoUnderTest());

public sealed class MongoDeliveryClaimTests() : DeliveryClaimContract(new MongoUnderTest());

public sealed class MongoDeliverySettleTests() : DeliverySettleContract(new MongoUnderTest());

public sealed class MongoDeliveryOrderTests() : DeliveryOrderContract(new MongoUnderTest());

public sealed class MongoResendTests() : ResendContract(new MongoUnderTest());

public sealed class MongoPostbackErasePersonTests() : PostbackErasePersonContract(new MongoUnderTest());

public sealed class MongoJobsTests() : JobsContract(new MongoUnderTest());

public sealed class MongoAuditLogTests() : AuditLogContract(new MongoUnderTest());

public sealed class MongoLeadViewsTests() : LeadViewsContract(new MongoUnderTest());

public sealed class MongoLeadViewKeeperTests() : LeadViewKeeperContract(new MongoUnderTest());

public sealed class MongoCrmBacklogTests() : CrmBacklogContract(new MongoUnderTest());

public sealed class MongoPostbackBacklogTests() : PostbackBacklogContract(new MongoUnderTest());
