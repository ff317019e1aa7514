import Access
import CaseAPI
import CaseStore
import Casework
import Policies
import Postgres
import WorkingTime

/// What was not delivered, or not yet, as whoever sees to it may see it: never how the complainant is reached.
struct NoticeList: Sendable {
    let notices: NoticeStore
    let book: CentreBook

    /// A notice and the case that it belongs to.
    struct Entry: Sendable {
        let number: CaseNumber
        let version: Int
        let title: String
        let state: NoticeState
        let means: String?
        let attempts: Int
        let error: String?
        let madeAt: Moment
        /// When it is tried (again), or until when the report must come.
        let nextAt: Moment?
    }

    /// Roles of who may look.
    func watchers() async throws -> [Role] {
        try await book.rulebook().notices.watchers.sorted().map(Role.init(code:))
    }

    /// - Parameter reader: the organisation of whoever looks; `nil`: at the centre.
    func entries(_ state: NoticeState, for reader: String?, limit: Int) async throws -> [Entry] {
        let rules = try await book.rulebook()
        return try await notices.list(state, limit: limit).filter { found in
            mayRead(
                found.file, organisation: reader, under: try rules.policies(of: found.file), in: rules.directory)
        }.map { found in
            Entry(
                number: CaseNumber(id: found.file.id), version: found.version,
                title: rules.notices[found.kind]?.title ?? found.kind, state: state, means: found.means,
                attempts: found.attempts, error: found.error, madeAt: found.madeAt, nextAt: found.nextAt)
        }
    }

    /// Has one that failed sent again.
    /// - Returns: `false` if there is none, or none that may be seen.
    func again(_ number: CaseNumber, _ version: Int, by session: Session) async throws -> Bool {
        guard try await book.view(number.id, for: session.organisation) != nil else { return false }
        return try await notices.again(number.id, version, account: session.account)
    }
}

/// Where a notice stands.
enum NoticeState: String, Sendable, CaseIterable {
    case failed
    case waiting
    /// With the gateway, which has not said yet that it was delivered.
    case sent

    var title: String {
        switch self {
        case .failed: "没有送达"
        case .waiting: "等待发送"
        case .sent: "等待送达回执"
        }
    }
}

extension NoticeStore {
    struct Listed: Sendable {
        let file: Case
        let version: Int
        let kind: String
        let means: String?
        let attempts: Int
        let error: String?
        let madeAt: Moment
        let nextAt: Moment?
    }

    /// At most so many in one state: failed ones by case, others by what happens next.
    func list(_ state: NoticeState, limit: Int) async throws -> [Listed] {
        let failed: Query = """
            SELECT \(raw: CaseRow.columns), \(raw: Self.listed) FROM jiesu.notice n JOIN jiesu.case_file f ON f.id = n.case_id
            WHERE n.state = 'failed' ORDER BY n.case_id, n.version LIMIT \(limit)
            """
        let other: Query = """
            SELECT \(raw: CaseRow.columns), \(raw: Self.listed) FROM jiesu.notice n JOIN jiesu.case_file f ON f.id = n.case_id
            WHERE n.next_at IS NOT NULL AND n.state = \(state.rawValue) ORDER BY n.next_at LIMIT \(limit)
            """
        return try await pool.withConnection { try await $0.query(state == .failed ? failed : other) }.map { row in
            Listed(
                file: try CaseRow(row).file, version: try row.get(20), kind: try row.get(21), means: try row.get(22),
                attempts: try row.get(23), error: try row.get(24), madeAt: Moment(microseconds: try row.get(25)),
                nextAt: try row.get(26, as: Int64?.self).map(Moment.init(microseconds:)))
        }
    }

    private static let listed: StaticString = """
        n.version, n.kind, n.means, n.attempts, n.error, jiesu.micros(n.made_at), jiesu.micros(n.next_at)
        """
}
