namespace LeadRelay.Tests.Rules.Persistence;

// The contracts, kept by SQLite. Another store adds a file like this one.

public sealed class SqliteCrmAcceptTests() : CrmAcceptContract(new SqliteUnderTest());

public sealed class SqliteCrmClaimTests() : CrmClaimContract(new SqliteUnderTest());

public sealed class SqliteCrmSettleTests() : CrmSettleContract(new SqliteUnderTest());

public sealed class SqliteCrmDoubtTests() : CrmDoubtContract(new SqliteUnderTest());

public sealed class SqliteCrmDuplicateTests() : CrmDuplicateContract(new SqliteUnderTest());

public sealed class SqliteCrmErasePersonTests() : CrmErasePersonContract(new SqliteUnderTest());

public sealed class SqliteCrmLedgerModelTests() : CrmLedgerModelContract(() => new SqliteUnderTest());

public sealed class SqliteOutboxTests() : OutboxContract(new SqliteUnderTest());

public sealed class SqliteOrdersTests() : OrdersContract(new SqliteUnderTest());

public sealed class SqliteKeptMessagesTests() : KeptMessagesContract(new SqliteUnderTest());

public sealed class SqliteDeliveryClaimTests() : DeliveryClaimContract(new SqliteUnderTest());

public sealed class SqliteDeliverySettleTests() : DeliverySettleContract(new SqliteUnderTest());

public sealed class SqliteDeliveryOrderTests() : DeliveryOrderContract(new SqliteUnderTest());

public sealed class SqliteResendTests() : ResendContract(new SqliteUnderTest());

public sealed class SqliteJobsTests() : JobsContract(new SqliteUnderTest());

public sealed class SqlitePostbackErasePersonTests() : PostbackErasePersonContract(new SqliteUnderTest());

public sealed class SqliteAuditLogTests() : AuditLogContract(new SqliteUnderTest());

public sealed class SqliteLeadViewsTests() : LeadViewsContract(new SqliteUnderTest());

public sealed class SqliteLeadViewKeeperTests() : LeadViewKeeperContract(new SqliteUnderTest());

public sealed class SqliteCrmBacklogTests() : CrmBacklogContract(new SqliteUnderTest());

public sealed class SqlitePostbackBacklogTests() : PostbackBacklogContract(new SqliteUnderTest());
