import Casework
import CaseStore
import Classifying
import Postgres

/// Finds out what registered complaints are, by the words of their profile; puts the doubtful ones before a person.
final class Examining: Caseworker {
    let service = "classification"
    let states: Set<State> = [.registered]
    let wakesOn: Set<Event.Kind> = [.registered]

    private let classifiers = Classifiers()

    private let bytes: Int

    /// - Parameter bytes: of texts held in memory at once, roughly; default 4 MB.
    init(bytes: Int = 4 << 20) {
        self.bytes = bytes
    }

    func owed(after last: Int64, limit: Int) -> Query {
        """
        SELECT id FROM jiesu.case_file f WHERE state = 'registered' AND id > \(last)
            AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = 'classification' AND p.case_id = f.id)
        ORDER BY id LIMIT \(limit)
        """
    }

    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
        var orders: [Int64: Order] = [:]
        var rest = cases
        while let first = rest.first {
            let complaints = try await read(rest, on: connection)
            guard !complaints.isEmpty else { throw StoreError.unreadable("submission of case \(first.id)") }
            for file in rest {
                guard let complaint = complaints[file.id] else { continue }
                orders[file.id] = order(try classifier(for: file, rules: rules).find(complaint))
            }
            rest.removeAll { complaints[$0.id] != nil }
        }
        return orders
    }

    private func order(_ result: Classifier.Result) -> Order {
        switch result {
        case .sure(let finding): .classify(finding)
        case .doubtful(let finding, let why):
            .requestJudgement(JudgementRequested(reason: why.rawValue, finding: finding))
        }
    }

    /// What was written in the latest submissions of the first of these cases, at least of one.
    private func read(_ cases: [Case], on connection: Connection) async throws -> [Int64: Complaint] {
        let rows = try await connection.query(
            """
            SELECT case_id, title, text, place, about
            FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY case_id) - octet_length(text) AS bytes_before
                FROM (SELECT DISTINCT ON (case_id) case_id, title, text, place, about FROM jiesu.submission
                    WHERE case_id = ANY(\(cases.map(\.id))) ORDER BY case_id, number DESC) AS s) AS n
            WHERE bytes_before < \(bytes)
            """)
        let regions = Dictionary(uniqueKeysWithValues: cases.map { ($0.id, $0.region) })
        var complaints: [Int64: Complaint] = [:]
        for row in rows {
            let id: Int64 = try row.get(0)
            complaints[id] = Complaint(
                title: try row.get(1), text: try row.get(2), place: try row.get(3), about: try row.get(4),
                region: regions[id] ?? nil)
        }
        return complaints
    }

    private func classifier(for file: Case, rules: Rulebook) throws -> Classifier {
        let profile = try rules.profile(of: file)
        guard let classifier = classifiers.classifier(of: profile, in: rules.directory, book: rules.number) else {
            throw StoreError.policyMissing("with words for case \(file.id)")
        }
        return classifier
    }
}
