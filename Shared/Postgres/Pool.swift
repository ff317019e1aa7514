import Synchronization
import Telemetry

/// Lends connections, at most `size` at once, opened when first needed. A broken one is thrown away and its place used
/// anew, so a restart of the server needs no restart of the pool. Dropping the pool closes its idle connections.
package final class Pool: Sendable {
    private typealias Grant = PoolGrant<Connection>
    private typealias Waiter = CheckedContinuation<Result<Grant, PostgresError>, Never>

    /// Callers that may wait at once; one more is refused at once.
    static let waitersAtMost = 10_000

    private let settings: ConnectionSettings
    private let waitAtMost: Duration
    private let log: Logger
    private let state: Mutex<PoolState<Connection, Waiter>>
    private let tickets = Atomic<Int>(0)

    /// Opens nothing yet.
    /// - Parameters:
    ///   - size: most connections, at least 1.
    ///   - waitAtMost: how long a caller waits while all are lent; default 5 s. Opening one is bounded by
    ///     `connect_timeout`.
    package init(_ settings: ConnectionSettings, size: Int, waitAtMost: Duration = .seconds(5), log: Logger) {
        precondition(size >= 1, "a pool without connections would never answer")
        self.settings = settings
        self.waitAtMost = waitAtMost
        self.log = log
        state = Mutex(PoolState(size: size, waitersAtMost: Self.waitersAtMost))
    }

    /// How many are lent, idle and waited for, for metrics.
    package var usage: (lent: Int, idle: Int, waiting: Int) {
        state.withLock { ($0.lent, $0.idleCount, $0.waiting) }
    }

    /// Lends a connection to `body`, which must not keep it. One that comes back inside a transaction is thrown away.
    ///
    /// The body may change the session (`SET`, advisory locks) only if it changes it back.
    /// - Throws: what `body` throws, and `PostgresError`: `.busy` when all stayed lent, `.connection` when none can be
    ///   opened, `.cancelled` when the task was cancelled while it waited.
    package nonisolated(nonsending) func withConnection<Value>(
        _ body: nonisolated(nonsending) (Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await take()
        defer { giveBack(connection) }
        return try await body(connection)
    }

    /// Whether the database answers now; for `/health/ready`. If not, the log says why.
    package func answers() async -> Bool {
        do {
            _ = try await withConnection { try await $0.query("SELECT 1") }
            return true
        } catch {
            log.warning("postgres.silent", ["reason": "\(error)"])
            return false
        }
    }

    // MARK: Taking and giving back

    /// A connection that looks alive, or a fresh one.
    nonisolated(nonsending) func take() async throws(PostgresError) -> Connection {
        var grant = try await nextGrant()
        while case .lend(let connection) = grant {
            if connection.isQuiet { return connection }
            // The server hung up while it was idle. Others that are idle are likely as dead; each is looked at in turn.
            log.info("postgres.connection.discarded", ["backend": Int(connection.processID)])
            grant = replacement()
        }
        return try await open()
    }

    func giveBack(_ connection: Connection) {
        switch connection.condition {
        case .idle: settle(connection)
        case .broken: settle(nil)
        case .inTransaction, .inFailedTransaction:
            log.error("postgres.connection.left.in.transaction", ["backend": Int(connection.processID)])
            settle(nil)
        }
    }

    /// Opens a connection on a place that the caller holds; gives the place back when that fails.
    private nonisolated(nonsending) func open() async throws(PostgresError) -> Connection {
        do {
            return try await Connection.connect(settings)
        } catch {
            settle(nil)
            throw error
        }
    }

    /// Another idle connection on the same place, or leave to open one.
    private func replacement() -> Grant {
        state.withLock { $0.replace() }
    }

    private func settle(_ connection: Connection?) {
        // The waiter is woken outside the lock.
        let next = state.withLock { $0.giveBack(connection) }
        if let next { next.waiter.resume(returning: .success(next.grant)) }
    }

    // MARK: Waiting

    private nonisolated(nonsending) func nextGrant() async throws(PostgresError) -> Grant {
        switch state.withLock({ $0.request() }) {
        case .granted(let grant): return grant
        case .refused: throw PostgresError(.busy, "\(Self.waitersAtMost) callers wait for a connection")
        case .wait: return try await wait()
        }
    }

    private nonisolated(nonsending) func wait() async throws(PostgresError) -> Grant {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        let timer = Task { [waitAtMost] in
            try await Task.sleep(for: waitAtMost)
            self.giveUp(ticket, PostgresError(.busy, "no connection came free within \(waitAtMost)"))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in queue(waiter, ticket) }
        } onCancel: {
            giveUp(ticket, PostgresError(.cancelled, "cancelled while waiting for a connection"))
        }.get()
    }

    /// Queues the waiter, or answers at once when things have changed since it was told to wait.
    private func queue(_ waiter: Waiter, _ ticket: Int) {
        let answer: Result<Grant, PostgresError>? = state.withLock { state in
            // The handler of a task cancelled before now has found nobody to wake, and will not be called again.
            if Task.isCancelled { return .failure(PostgresError(.cancelled, "cancelled before waiting")) }
            // A connection may have come back in between, and nobody else would wake us.
            if case .granted(let grant) = state.request() { return .success(grant) }
            state.enqueue(waiter, ticket: ticket)
            return nil
        }
        if let answer { waiter.resume(returning: answer) }
    }

    private func giveUp(_ ticket: Int, _ error: PostgresError) {
        let waiter = state.withLock { $0.giveUp(ticket) }
        waiter?.resume(returning: .failure(error))
    }
}
