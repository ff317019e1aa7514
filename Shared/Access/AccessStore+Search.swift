import Postgres
import WorkingTime

/// What somebody looks for; all that is given must hold. Personal data: it goes into the record of searches and nowhere else.
package struct SearchQuestion: Sendable, Equatable {
    /// A case's id.
    package var number: Int64?
    /// Compared by its digits, of which there must be 7 to 40.
    package var phone: String?
    /// The whole name, 1 to 100 characters; spaces do not count.
    package var name: String?
    /// Each of two characters or more, at most `mostWords`; in what was written: title, text, place, whom it is about.
    package var words: [String]
    /// A part of where it is, as written; 2 to 100 characters.
    package var place: String?

    package static let mostWords = 5

    package init(
        number: Int64? = nil, phone: String? = nil, name: String? = nil, words: [String] = [], place: String? = nil
    ) {
        self.number = number
        self.phone = phone
        self.name = name
        self.words = words
        self.place = place
    }

    package var isEmpty: Bool { number == nil && phone == nil && name == nil && words.isEmpty && place == nil }
}

/// Neither a log line nor a dump shows what somebody looked for.
extension SearchQuestion: CustomStringConvertible, CustomReflectable {
    package var description: String { "SearchQuestion" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AccessStore {
    /// Writes the question down, for good, and then looks.
    /// - Parameters:
    ///   - before: only cases with a lower id.
    ///   - limit: at most so many, the youngest first.
    /// - Returns: ids of cases; for a desk, of those that its organisation may see. `nil` if the account is disabled by now.
    package func search(
        _ question: SearchQuestion, for session: Session, before: Int64?, limit: Int
    ) async throws -> [Int64]? {
        let asked: Int64? = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT jiesu.ask(\(session.account), \(question.number), \(question.phone), \(question.name),
                    \(question.words), \(question.place))
                """)
        }.only().get(0)
        guard let asked else { return nil }
        return try await pool.withConnection { connection in
            try await connection.query("SELECT f FROM jiesu.found(\(asked), \(before), \(Int32(limit))) AS f")
        }.map { try $0.get(0) }
    }

    /// Writes down, for good, that `session`'s account was shown these cases.
    package func shown(_ ids: [Int64], to session: Session, purpose: String) async throws {
        guard !ids.isEmpty else { return }
        _ = try await pool.withConnection { connection in
            try await connection.query(
                "SELECT jiesu.ticket(\(session.account), n.id, \(purpose)) FROM unnest(\(ids)) AS n (id)")
        }
    }
}

/// That somebody looked for something: personal data, for auditors.
package struct Search: Sendable {
    package let id: Int64
    package let at: Moment
    /// What the person is called.
    package let who: String
    package let organisation: String?
    package let question: SearchQuestion
}

extension AccessStore {
    /// Who searched for what, the youngest first; that `session` reads it is on record before.
    /// - Parameter before: only those with a lower id.
    package func searches(for session: Session, before: Int64?, limit: Int) async throws -> [Search] {
        guard let ticket = try await ticket(for: session, case: 0, purpose: "searches") else { return [] }
        return try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT id, jiesu.micros(at), who, organisation, number, phone, name, words, place
                FROM jiesu.searches(\(ticket), \(before), \(Int32(limit)))
                """)
        }.map { row in
            Search(
                id: try row.get(0), at: Moment(microseconds: try row.get(1)), who: try row.get(2),
                organisation: try row.get(3),
                question: SearchQuestion(
                    number: try row.get(4), phone: try row.get(5), name: try row.get(6), words: try row.get(7),
                    place: try row.get(8)))
        }
    }
}
