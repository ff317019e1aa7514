import CLibPQ
import Glibc
import Synchronization
import Lifecycle

/// One connection to PostgreSQL. Its calls run one after the other on a queue of its own, so waiting for the server
/// holds none of Swift's shared threads. A call that has begun is finished, even when its task is cancelled.
package actor Connection {
    /// What the last call left behind; read by the pool without waiting for the queue.
    enum Condition: UInt8, AtomicRepresentable {
        case idle, inTransaction, inFailedTransaction, broken
    }

    /// Prepared statements kept a connection.
    static let statementsAtMost = 256

    private nonisolated let executor: BlockingExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The server process that serves this connection.
    package nonisolated let processID: Int32
    private nonisolated let socket: Int32
    private nonisolated let latest = Atomic<Condition>(.idle)

    /// nil once closed or broken.
    private var wire: PGConn?
    private var statements = StatementCache(limit: statementsAtMost)
    /// True when prepared statements proved stale and the server has yet to drop them.
    private var mustDeallocateAll = false

    /// Connects. Blocks a queue of its own for at most `connect_timeout` a host.
    /// - Throws: `.connection`.
    package static func connect(_ settings: ConnectionSettings) async throws(PostgresError) -> Connection {
        let executor = BlockingExecutor(label: "postgres")
        let wire = try await executor.run { () throws(PostgresError) in try PGConn(settings) }
        return Connection(wire, executor)
    }

    private init(_ wire: sending PGConn, _ executor: BlockingExecutor) {
        self.executor = executor
        processID = wire.processID
        socket = wire.socket
        self.wire = wire
    }

    nonisolated var condition: Condition { latest.load(ordering: .acquiring) }

    /// True once the connection was lost or closed; every further call throws `.connection`.
    package nonisolated var isBroken: Bool { condition == .broken }

    /// False when the server hung up, or said something unasked, since the last call: one `poll`, no waiting. Only for
    /// the pool, which knows that nobody else uses the connection.
    nonisolated var isQuiet: Bool {
        guard condition == .idle else { return false }
        var watched = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// Hangs up; later calls throw `.connection`.
    package func close() {
        latest.store(.broken, ordering: .releasing)
        wire = nil
    }

    // MARK: Queries

    /// Runs one statement and returns its rows. Prepared once a connection, bound with its values each time.
    package func query(_ query: Query) throws(PostgresError) -> Rows {
        let results = try repeatingIfStale { wire throws(PostgresError) in [try self.run(query, on: wire)] }
        return Rows(result: results[0])
    }

    /// Runs one statement and returns how many rows it inserted, changed, deleted or found.
    @discardableResult
    package func execute(_ query: Query) throws(PostgresError) -> Int {
        try self.query(query).affected
    }

    /// Runs all in one go: sent together, answered together, all or nothing. Inside a transaction a failure makes that
    /// transaction fail; outside, they are a transaction of their own, so none may be BEGIN, COMMIT or the like.
    ///
    /// All answers are held in memory.
    /// - Throws: the first failure; `failedQuery` says whose, nil when all went well but the commit.
    package func pipeline(_ queries: [Query]) throws(PostgresError) -> [Rows] {
        guard !queries.isEmpty else { return [] }
        for (index, query) in queries.enumerated() {
            guard var fault = query.parameters.fault else { continue }
            fault.failedQuery = index
            throw fault
        }
        return try repeatingIfStale { wire throws(PostgresError) in try self.run(queries, on: wire) }.map {
            Rows(result: $0)
        }
    }

    /// Runs SQL without values: one or several statements, all or nothing unless they hold BEGIN or COMMIT themselves.
    /// - Returns: the command's word of the last statement, such as `COMMIT`.
    @discardableResult
    package func script(_ sql: String) throws(PostgresError) -> String {
        guard !sql.utf8.contains(0) else { throw PostgresError(.value, "SQL holds a NUL character") }
        let wire = try ready()
        defer { noteCondition() }
        try wire.send(script: sql)
        return try wire.exchange()?.tag ?? ""
    }

    /// What `CREATE ROLE … PASSWORD` and `ALTER ROLE … PASSWORD` take in place of a password (SCRAM-SHA-256). Those
    /// statements have no parameters, so the password itself would stand in the server's log when one fails.
    /// - Throws: `.value` for a password that holds a NUL or is empty.
    package func scramVerifier(of password: String, for role: String) throws(PostgresError) -> String {
        guard !password.isEmpty, !password.utf8.contains(0), !role.utf8.contains(0) else {
            throw PostgresError(.value, "a password is empty or holds a NUL character")
        }
        return try ready().scramVerifier(of: password, for: role)
    }

    // MARK: Inside

    private func run(_ query: Query, on wire: PGConn) throws(PostgresError) -> PGResult {
        if let fault = query.parameters.fault { throw fault }
        let key = StatementCache.Key(query)
        let (name, isNew) = statements.name(for: key)
        if isNew {
            do {
                try wire.send(prepare: name, query)
                _ = try wire.exchange()
            } catch {
                statements.forget(key)
                throw error
            }
        }
        try wire.send(execute: name, query)
        guard let result = try wire.exchange() else { throw PostgresError(.misuse, "the server gave no answer") }
        return result
    }

    private func run(_ queries: [Query], on wire: PGConn) throws(PostgresError) -> [PGResult] {
        let pipeline = Pipeline(wire)
        defer { for key in pipeline.unprepared { statements.forget(key) } }
        return try pipeline.run(queries, &statements)
    }

    /// A migration elsewhere can make prepared statements stale. Outside a transaction nothing has happened yet then,
    /// so the work is done once more with fresh ones; inside, the caller has to begin again (`isRetriable`).
    private func repeatingIfStale(
        _ work: (PGConn) throws(PostgresError) -> [PGResult]
    ) throws(PostgresError) -> [PGResult] {
        let wire = try ready()
        defer { noteCondition() }
        let isAlone = wire.transactionStatus == PQTRANS_IDLE
        do {
            return try work(wire)
        } catch {
            guard error.isStaleStatement else { throw error }
            mustDeallocateAll = true
            guard isAlone, wire.transactionStatus == PQTRANS_IDLE else { throw error }
        }
        try tidy(wire)
        return try work(wire)
    }

    /// The connection, with no more prepared statements on the server than allowed.
    private func ready() throws(PostgresError) -> PGConn {
        guard let wire else { throw PostgresError(.connection, "the connection was closed or lost before") }
        do {
            try tidy(wire)
        } catch {
            noteCondition()
            throw error
        }
        return wire
    }

    /// Drops prepared statements that are stale or too many. Only between transactions, where it can break nothing.
    private func tidy(_ wire: PGConn) throws(PostgresError) {
        guard wire.transactionStatus == PQTRANS_IDLE else { return }
        if mustDeallocateAll {
            try wire.send(script: "DEALLOCATE ALL")
            _ = try wire.exchange()
            statements.removeAll()
            mustDeallocateAll = false
        }
        let surplus = statements.takeSurplus()
        guard !surplus.isEmpty else { return }
        try wire.send(script: surplus.map { "DEALLOCATE \($0)" }.joined(separator: ";"))
        _ = try wire.exchange()
    }

    private func noteCondition() {
        guard let wire, !wire.isBroken else { return close() }
        let now: Condition =
            switch wire.transactionStatus {
            case PQTRANS_IDLE: .idle
            case PQTRANS_INTRANS: .inTransaction
            case PQTRANS_INERROR: .inFailedTransaction
            default: .broken
            }
        if now == .broken { return close() }
        latest.store(now, ordering: .releasing)
    }
}
