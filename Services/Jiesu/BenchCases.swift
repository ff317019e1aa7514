import CaseStore
import Casework
import Lifecycle
import Postgres

/// Real cases for a benchmark: registered as intake would, then classified and dispatched by the suite's own services.
struct BenchCases {
    let stage: BenchStage
    let pool: Pool

    /// Connections that register at the same time.
    static let lanes = 4
    private static let batch = 250

    /// Registers so many. Each key begins with `prefix`.
    func register(_ count: Int, prefix: String = "") async throws {
        let store = CaseStore(pool: pool)
        let samples = try Sample.dispatched()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    for first in stride(from: lane * Self.batch, to: count, by: Self.lanes * Self.batch) {
                        let batch = (first..<min(first + Self.batch, count)).map {
                            samples[$0 % samples.count].registration(key: "\(prefix)\($0)")
                        }
                        _ = try await store.register(batch)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Returns when no case is in this state any more.
    func waitUntilNone(in state: State) async throws {
        while try await number("SELECT count(*) FROM jiesu.case_file WHERE state = \(state.rawValue)") > 0 {
            try Task.checkCancellation()
            await sleep(for: .milliseconds(200))
        }
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }
}

extension Sample {
    /// As intake would make it of the request.
    fileprivate func registration(key: String) -> Registration {
        let place = complaint["place"]
        return Registration(
            key: key, request: [], line: line, actor: .complainant, channel: "web_portal", identity: .anonymous,
            title: complaint["title"]?.string, text: complaint["text"]?.string ?? "", place: place?["address"]?.string,
            region: place?["region"]?.string, about: complaint["about"]?.string)
    }
}
