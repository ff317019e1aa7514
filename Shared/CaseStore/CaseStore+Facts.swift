import Casework
import Postgres
import WorkingTime

/// Facts for statistics: the table `report_fact`, and in `case_file.reported` the version up to which they were made.
extension CaseStore {
    /// Makes the facts of those of these cases that have changed since, in one transaction.
    ///
    /// They are made from the row, or folded from all events where the row does not say enough (`Tally`), so making them twice
    /// changes nothing. A case that cannot be read, or whose facts the database refuses as data, is narrowed down and parked; the
    /// rest goes on.
    /// - Parameter service: under its name a case is parked, and then passed over.
    /// - Throws: everything else. Nothing is lost then: the same cases may be tried again.
    package func makeFacts(of ids: [Int64], for service: String) async throws -> Work {
        guard !ids.isEmpty else { return Work() }
        do {
            return try await attempt(factsOf: ids, for: service)
        } catch let error where error.isDataFault {
            guard ids.count > 1 else { return try await giveUp(factsOf: ids[0], for: service, error) }
            let half = ids.count / 2
            return try await makeFacts(of: Array(ids[..<half]), for: service)
                + makeFacts(of: Array(ids[half...]), for: service)
        }
    }

    private func attempt(factsOf ids: [Int64], for service: String) async throws -> Work {
        try await pool.transaction { connection in
            let versions: Query = """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.case_file f
                WHERE f.id = ANY(\(ids)) AND f.reported < f.version
                    AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = \(service) AND p.case_id = f.id)
                ORDER BY f.id FOR NO KEY UPDATE OF f
                """
            let (rows, rules, _) = try await facts(on: connection, after: versions)
            var (tallies, toFold): ([Tally], [Case]) = ([], [])
            for row in rows.map(Array.init) ?? [] {
                let file = try CaseRow(row).file
                let registered = Moment(microseconds: try row.get(20))
                if let tally = try Tally(file, registered: registered, under: rules.policies) {
                    tallies.append(tally)
                } else {
                    toFold.append(file)
                }
            }
            tallies += try await folded(toFold, rules, on: connection)
            let owed = tallies.map { (id: $0.file.id, version: $0.file.version) }
            let others = Set(ids).subtracting(owed.map(\.id)).sorted()
            let known = try await existing(others, on: connection)
            if !owed.isEmpty {
                _ = try await connection.pipeline([Self.written(tallies), Self.reported(owed)])
            }
            return Work(done: owed.count, unknown: others.filter { !known.contains($0) })
        }
    }

    private func giveUp(factsOf id: Int64, for service: String, _ error: any Error) async throws -> Work {
        let state = error.sqlState
        try await park(
            Parked(
                service: service, caseID: id, reason: state.map { "sqlstate_\($0)" } ?? "unreadable",
                detail: state == nil ? "\(error)" : "the database refused its facts"))
        return Work(parked: 1)
    }

    /// The events of cases that are locked, folded.
    /// - Throws: `StoreError.unreadable` for a case whose events do not add up to its version.
    private func folded(_ files: [Case], _ rules: Rulebook, on connection: Connection) async throws -> [Tally] {
        guard !files.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            SELECT case_id, kind, payload, jiesu.micros(at) FROM jiesu.case_event
            WHERE case_id = ANY(\(files.map(\.id))) ORDER BY case_id, version
            """)
        var tallies: [Int64: Tally] = [:]
        for row in rows {
            let id: Int64 = try row.get(0)
            let at = Moment(microseconds: try row.get(3))
            guard let event = try? Event(stored: try row.get(1), payload: try row.get(2)) else {
                throw StoreError.unreadable("case_event of case \(id)")
            }
            if tallies[id] != nil {
                try tallies[id]?.apply(event, at: at, under: rules.policies)
            } else if case .registered(let registered) = event {
                tallies[id] = try Tally(id: id, registered: registered, at: at, under: rules.policies)
            } else {
                throw StoreError.unreadable("case_event of case \(id)")
            }
        }
        return try files.map { file in
            guard let tally = tallies[file.id], tally.file.version == file.version else {
                throw StoreError.unreadable("case_event of case \(file.id)")
            }
            return tally
        }
    }

    /// A row that says the same already is left as it is. Rounds go out wider than their column, so that one that it
    /// cannot hold is the database's to refuse.
    private static func written(_ tallies: [Tally]) -> Query {
        let rows = tallies.flatMap { tally in tally.facts.map { (id: tally.file.id, fact: $0) } }
        let facts = rows.map(\.fact)
        return """
            INSERT INTO jiesu.report_fact AS f (case_id, round, latest, state, lead, subject, registered_at,
                accepted_at, dispatched_at, replied_at, closed_at, limited, missed, resolved, satisfaction, supervised,
                profiles, limited_by, rated_by)
            SELECT n.case_id, n.round, n.latest, n.state, n.lead, n.subject, jiesu.moment(n.registered),
                jiesu.moment(n.accepted), jiesu.moment(n.dispatched), jiesu.moment(n.replied), jiesu.moment(n.closed),
                n.limited, string_to_array(n.missed, ','), n.resolved, n.satisfaction, n.supervised,
                string_to_array(n.profiles, ','), string_to_array(n.limited_by, ','), n.rated_by
            FROM unnest(\(rows.map(\.id)), \(facts.map(\.round)), \(facts.map(\.isLatest)),
                \(facts.map(\.state.rawValue)), \(facts.map(\.lead)), \(facts.map(\.subject)),
                \(facts.map(\.registered.microseconds)), \(facts.map { $0.accepted?.microseconds }),
                \(facts.map { $0.dispatched?.microseconds }), \(facts.map { $0.replied?.microseconds }),
                \(facts.map { $0.closed?.microseconds }), \(facts.map(\.isLimited)),
                \(facts.map { $0.missed.joined(separator: ",") }), \(facts.map(\.resolved)),
                \(facts.map { $0.satisfaction?.rawValue }), \(facts.map(\.isSupervised)),
                \(facts.map { $0.profiles.joined(separator: ",") }), \(facts.map { $0.limitedBy.joined(separator: ",") }),
                \(facts.map { $0.ratedBy?.rawValue }))
                AS n (case_id, round, latest, state, lead, subject, registered, accepted, dispatched, replied, closed,
                    limited, missed, resolved, satisfaction, supervised, profiles, limited_by, rated_by)
            ON CONFLICT (case_id, round) DO UPDATE SET latest = excluded.latest, state = excluded.state,
                lead = excluded.lead, subject = excluded.subject, registered_at = excluded.registered_at,
                accepted_at = excluded.accepted_at, dispatched_at = excluded.dispatched_at,
                replied_at = excluded.replied_at, closed_at = excluded.closed_at, limited = excluded.limited,
                missed = excluded.missed, resolved = excluded.resolved, satisfaction = excluded.satisfaction,
                supervised = excluded.supervised, profiles = excluded.profiles, limited_by = excluded.limited_by,
                rated_by = excluded.rated_by
            WHERE (f.*) IS DISTINCT FROM (excluded.*)
            """
    }

    private static func reported(_ owed: [(id: Int64, version: Int)]) -> Query {
        """
        UPDATE jiesu.case_file f SET reported = n.version
        FROM unnest(\(owed.map(\.id)), \(owed.map { Int32($0.version) })) AS n (id, version) WHERE f.id = n.id
        """
    }
}

extension Event {
    /// - Throws: `StoreError.unreadable` for a kind that this program does not know, `DecodingError` for its payload.
    fileprivate init(stored kind: String, payload: String) throws {
        guard let kind = Kind(rawValue: kind) else { throw StoreError.unreadable("event \(kind)") }
        try self.init(kind: kind, payload: payload)
    }
}
