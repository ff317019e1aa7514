import Postgres
import WorkingTime

/// One time that somebody asked to read what a person wrote (查阅记录).
package struct Read: Sendable {
    package let id: Int64
    package let at: Moment
    package let caseID: Int64
    /// A code.
    package let purpose: String
    /// Number, log-in name, shown name and organisation (`nil`: the centre) of who read.
    package let account: Int64
    package let name: String
    package let title: String
    package let organisation: String?
}

/// Which of them are asked for.
package struct ReadQuestion: Sendable {
    package var caseID: Int64?
    /// Number of the account that read.
    package var account: Int64?
    package var from: Moment
    /// The first moment after the period.
    package var until: Moment
    /// Only what is older than this one.
    package var before: Int64?

    package init(caseID: Int64? = nil, account: Int64? = nil, from: Moment, until: Moment, before: Int64? = nil) {
        self.caseID = caseID
        self.account = account
        self.from = from
        self.until = until
        self.before = before
    }
}

extension AccessStore {
    /// Roles that see who read what: leaders of their organisation's cases, auditors of all. The database looks too.
    package static let readersOfReads: [Role] = ["leader", "auditor"]

    /// Who asked to read what, the youngest first, as far as the holder of `token` may see it.
    /// - Parameter limit: at most so many, 1…500.
    package func reads(_ question: ReadQuestion, for token: String, limit: Int) async throws -> [Read] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT id, jiesu.micros(at), case_id, purpose, account, name, title, organisation
                FROM jiesu.who_read(\(token), \(question.caseID), \(question.account), jiesu.moment(\(question.from.microseconds)),
                    jiesu.moment(\(question.until.microseconds)), \(question.before), \(Int32(limit)))
                """)
        }.map { row in
            Read(
                id: try row.get(0), at: Moment(microseconds: try row.get(1)), caseID: try row.get(2),
                purpose: try row.get(3), account: try row.get(4), name: try row.get(5), title: try row.get(6),
                organisation: try row.get(7))
        }
    }
}
