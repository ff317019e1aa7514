import Casework
import Postgres

extension CaseStore {
    /// What became of a batch of cases that a service looked at.
    package struct Work: Sendable, Equatable {
        /// Cases to which something happened.
        package var done = 0
        /// Cases that were set aside in `parked`.
        package var parked = 0
        /// Ids that no case has: the topic tells of a database that is not this one.
        package var unknown: [Int64] = []

        static func + (a: Work, b: Work) -> Work {
            Work(done: a.done + b.done, parked: a.parked + b.parked, unknown: a.unknown + b.unknown)
        }
    }

    /// Lets `worker` decide those of these cases that it owes work, in one transaction.
    ///
    /// The command's id comes from the case's version, so doing the same batch again does nothing. What a rule refuses,
    /// and what the database refuses as data (SQLSTATE classes 22 and 23), is narrowed down to the case at fault and
    /// parked; the rest goes on.
    /// - Throws: everything else. Nothing is lost then: the same batch may be tried again.
    package func work(_ worker: some Caseworker, on ids: [Int64]) async throws -> Work {
        guard !ids.isEmpty else { return Work() }
        do {
            let (work, refused) = try await attempt(worker, on: ids)
            for (id, refusal) in refused {
                try await park(
                    Parked(service: worker.service, caseID: id, reason: refusal.code, detail: refusal.explanation))
            }
            return work
        } catch let error where error.isDataFault {
            if ids.count == 1 {
                try await park(
                    Parked(
                        service: worker.service, caseID: ids[0],
                        reason: error.sqlState.map { "sqlstate_\($0)" } ?? "unreadable",
                        detail: error.sqlState == nil ? "\(error)" : "the database refused what was decided"))
                return Work(parked: 1)
            }
            let half = ids.count / 2
            return try await work(worker, on: Array(ids[..<half])) + work(worker, on: Array(ids[half...]))
        }
    }

    private func attempt(
        _ worker: some Caseworker, on ids: [Int64]
    ) async throws -> (Work, refused: [(Int64, Refusal)]) {
        let (work, refused, batch) = try await pool.transaction { connection in
            var batch = try await lock(ids, in: worker.states, for: worker.service, on: connection)
            let others = ids.filter { batch.files[$0] == nil }
            let known = try await existing(others, on: connection)
            var work = Work(unknown: others.filter { !known.contains($0) })
            let files = batch.files.values.sorted { $0.id < $1.id }
            guard !files.isEmpty else { return (work, [(Int64, Refusal)](), batch) }
            let orders = try await worker.orders(for: files, rules: batch.rules, on: connection)
            var refused: [(Int64, Refusal)] = []
            let waiting = try await commandsToLeaveAlone(
                of: try files.filter { try !$0.involved.isEmpty && batch.due($0.id) != nil }.map(\.id), now: batch.now,
                on: connection)
            for file in files {
                guard let order = orders[file.id] else { continue }
                do throws(any Error) {
                    // Nobody may have watched, and what is done now would stop a clock with nothing to say that it was missed.
                    if try batch.due(file.id) != nil {
                        try batch.fire(on: file.id, before: min(batch.now, waiting[file.id] ?? batch.now))
                    }
                    let seen = batch.files[file.id] ?? file
                    try batch.decide(Command(service: worker.service, seen: seen, order: order), on: file.id)
                } catch let refusal as Refusal {
                    refused.append((file.id, refusal))
                }
            }
            _ = try await connection.pipeline(try append(batch))
            (work.done, work.parked) = (batch.changed.count, refused.count)
            return (work, refused, batch)
        }
        count(firedBy: batch)
        return (work, refused)
    }

    /// Cases after `last` that this service owes work and has not parked, in order of id; at most `limit`.
    package func owed(to worker: some CaseTask, after last: Int64, limit: Int) async throws -> [Int64] {
        try await pool.withConnection { connection in
            try await connection.query(worker.owed(after: last, limit: limit)).map { try $0.get(0) }
        }
    }
}

extension Error {
    /// The database's SQLSTATE, wherever in a transaction the error arose.
    package var sqlState: String? {
        switch self {
        case let error as PostgresError: error.sqlState
        case let error as TransactionError: error.cause.sqlState
        default: nil
        }
    }

    /// The data themselves are at fault, so that trying the same again cannot help: SQLSTATE classes 22 (data
    /// exception) and 23 (integrity constraint violation), values that cannot be sent at all, and rows that
    /// cannot be read.
    package var isDataFault: Bool {
        switch self {
        case let error as PostgresError:
            error.code == .value || error.sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
        case let error as TransactionError: error.cause.isDataFault
        case is StoreError: true
        default: false
        }
    }
}
