import CaseStore
import Casework
import Support
import Testing

@testable import Classification
@testable import Classifying

@Suite struct ExaminingTests {
    /// Cases with such texts, in order of id.
    private func register(_ texts: [String], in store: CaseStore) async throws -> [Int64] {
        let outcomes = try await store.register(
            texts.enumerated().map { index, text in
                Registration(
                    key: "k\(index)", request: Array(text.utf8), line: "12345", actor: .complainant,
                    channel: "phone_hotline", identity: .anonymous, text: text)
            })
        return outcomes.compactMap { if case .registered(let receipt) = $0 { receipt.number.id } else { nil } }.sorted()
    }

    @Test(arguments: [1, 200, 4 << 20])
    func `every case is decided, however few texts fit into memory at once`(bytes: Int) async throws {
        let database = try await TestDatabase.installed()
        let pool = try database.pool()
        let store = CaseStore(pool: pool)
        let ids = try await register((0..<20).map { "桐渡区文昌路的路灯坏了" + String(repeating: "。", count: $0) }, in: store)
        let missing = ids[7]
        _ = try await pool.withConnection {
            try await $0.execute("DELETE FROM jiesu.submission WHERE case_id = \(missing)")
        }
        let work = try await store.work(Examining(bytes: bytes), on: ids)
        #expect(work.done == 19)
        #expect(work.parked == 1)
        let parked = try await pool.withConnection { try await $0.query("SELECT case_id FROM jiesu.parked") }
        #expect(try parked.map { try $0.get(0, as: Int64.self) } == [missing])
    }
}
