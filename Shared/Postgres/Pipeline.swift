import CLibPQ

/// One pipeline: sends many queries and one sync, without waiting for an answer in between, and pairs the answers with
/// the queries.
final class Pipeline {
    /// One message whose answer is due.
    private enum Step {
        case prepare(StatementCache.Key, query: Int)
        case execute(query: Int)
    }

    /// How much goes into libpq's buffer between two looks at the socket; libpq moves the unsent rest at each.
    private static let bytesBetweenFlushes = 64 << 10

    private let wire: PGConn
    private var steps: [Step] = []
    private var answered = 0
    /// The last result of the step at hand.
    private var current: PGResult?
    private var results: [PGResult] = []
    private var failure: PostgresError?
    /// Statements that the server did not come to prepare.
    private(set) var unprepared: [StatementCache.Key] = []

    init(_ wire: PGConn) {
        self.wire = wire
    }

    /// Runs all and returns one result a query. The connection is out of pipeline mode afterwards, or broken.
    /// - Throws: the first failure, when the sync has been answered.
    func run(_ queries: [Query], _ statements: inout StatementCache) throws(PostgresError) -> [PGResult] {
        try wire.enterPipeline()
        results.reserveCapacity(queries.count)
        try send(queries, &statements)
        try wire.sendSync()
        try wire.flush(readReady)
        while answered < steps.count { try take(wire.next()) }
        try takeSync()
        if let failure {
            if !wire.isBroken { try wire.leavePipeline() }
            throw failure
        }
        try wire.leavePipeline()
        return results
    }

    private func send(_ queries: [Query], _ statements: inout StatementCache) throws(PostgresError) {
        var buffered = 0
        for (index, query) in queries.enumerated() {
            let key = StatementCache.Key(query)
            let (name, isNew) = statements.name(for: key)
            if isNew {
                steps.append(.prepare(key, query: index))
                try wire.send(prepare: name, query)
            }
            steps.append(.execute(query: index))
            try wire.send(execute: name, query)
            buffered += query.parameters.byteCount + 64
            if buffered >= Self.bytesBetweenFlushes {
                try wire.flush(readReady)
                buffered = 0
            }
        }
    }

    /// Takes the answers that have come, so that they do not pile up unread while we send.
    private func readReady() throws(PostgresError) {
        while answered < steps.count, wire.hasResult, !wire.isBroken { try take(wire.next()) }
    }

    /// One result, or nil at the end of a step's results.
    private func take(_ result: PGResult?) throws(PostgresError) {
        guard let result else { return finishStep() }
        // The first error is the cause; the steps after it are answered "pipeline aborted".
        if result.isError, failure == nil {
            failure = result.error(connectionLost: wire.isBroken)
            switch steps[answered] {
            case .prepare(_, let query), .execute(let query): failure?.failedQuery = query
            }
        }
        current = result
        if wire.isBroken { throw failure ?? wire.connectionError() }
    }

    private func finishStep() {
        switch steps[answered] {
        case .prepare(let key, _): if current?.isError ?? true { unprepared.append(key) }
        case .execute: if let current { results.append(current) }
        }
        current = nil
        answered += 1
    }

    /// Reads up to the answer of the sync. Before it may stand an error of the commit, such as a deferred constraint.
    private func takeSync() throws(PostgresError) {
        while !wire.isBroken {
            guard let result = try wire.next() else { continue }
            if result.status == PGRES_PIPELINE_SYNC { return }
            if result.isError, failure == nil { failure = result.error(connectionLost: wire.isBroken) }
        }
        throw failure ?? wire.connectionError()
    }
}
