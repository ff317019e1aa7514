import Postgres

/// Organisations as an administrator changes them: their name, and their end. What is added is `OrganisationSteps`'; what was
/// done before is done, so each may be sent again.
package struct Organisations {
    private let connection: Connection
    private let token: String?

    /// - Parameter token: of the administrator's log-in; `nil`: with the rights of the schema's owner.
    package init(on connection: Connection, token: String? = nil) {
        self.connection = connection
        self.token = token
    }

    /// What became of it; the raw value is the database function's word.
    package enum Outcome: String, Sendable {
        case renamed
        case disabled
        /// It was so already.
        case there
        case unknown
        /// Another organisation is called so.
        case taken
        /// The successor does not exist, is disabled itself, or does not work on cases.
        case unknownSuccessor = "unknown_successor"
        /// It was disabled before, with another successor or none.
        case otherSuccessor = "other_successor"
        /// It has open cases, and nobody was named who takes them over.
        case openCases = "open_cases"
        case enabled
        /// Another organisation took its part over, so its end cannot be taken back.
        case succeeded
    }

    /// Changes the title alone; the old one stays a name by which complaints find it.
    /// - Returns: `renamed`, `there`, `taken`, `unknown`, or `disabled`: then nothing changes its name any more.
    package func rename(_ code: String, to title: String) async throws -> Outcome {
        try outcome(
            of: try await connection.query("SELECT jiesu.admin_rename_organisation(\(token), \(code), \(title))"))
    }

    /// Ends it at once: nothing new comes to it, its log-ins and its desk's database login end. Its open cases go to the successor, one by
    /// one, by whoever calls `CaseStore.handOver(from:)` next.
    /// - Parameters:
    ///   - successor: who takes its open cases over; `nil`: it must have none.
    ///   - merges: whether its jurisdictions, duties and subordinate organisations go there too.
    package func disable(_ code: String, successor: String?, merges: Bool) async throws -> Outcome {
        try outcome(
            of: try await connection.query(
                "SELECT jiesu.admin_disable_organisation(\(token), \(code), \(successor), \(merges))"))
    }

    /// Takes `disable` back, where nobody succeeded: what it had then (duties, jurisdictions, accounts, its desk's login with the password that
    /// it has) is its again. What was disabled before the database kept that gets nothing back but itself.
    /// - Returns: `enabled`, `there`, `taken`, `unknown` or `succeeded`.
    package func enable(_ code: String) async throws -> Outcome {
        try outcome(of: try await connection.query("SELECT jiesu.admin_enable_organisation(\(token), \(code))"))
    }

    private func outcome(of rows: Rows) throws -> Outcome {
        let word: String = try rows.only().get(0)
        guard let outcome = Outcome(rawValue: word) else { throw UnknownOutcome(word: word) }
        return outcome
    }

    /// Cases in which it still has something to do, the oldest first; at most `limit`.
    package func openCases(of code: String, limit: Int) async throws -> [Int64] {
        try await connection.query("SELECT jiesu.cases_of(\(code)) ORDER BY 1 LIMIT \(limit)").map { try $0.get(0) }
    }
}
