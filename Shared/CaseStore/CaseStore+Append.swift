import Casework
import Postgres

extension CaseStore {
    /// The statements that write what a batch decided: events with their hashes, rows, announcements.
    /// - Parameter heads: hash of the last event of each case that exists already.
    func append(_ batch: CaseBatch, heads: [Int64: [UInt8]]) -> [Query] {
        guard !batch.pending.isEmpty else { return [] }
        return [events(batch, heads: heads), rows(batch, existing: heads), announcements(batch)].compactMap { $0 }
    }

    private func events(_ batch: CaseBatch, heads: [Int64: [UInt8]]) -> Query {
        let pending = batch.pending
        return """
            INSERT INTO jiesu.case_event
                (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
            SELECT n.case_id, n.version, n.kind, n.command, n.actor, n.round, n.policy, t.at,
                string_to_array(n.told, ','), n.payload,
                jiesu.chain(n.head, jiesu.event_body(n.case_id, n.version, n.kind, n.command, n.actor, n.round, n.policy,
                    t.at, string_to_array(n.told, ','), n.payload))
                    OVER (PARTITION BY n.case_id ORDER BY n.version ROWS UNBOUNDED PRECEDING)
            FROM unnest(\(pending.map(\.caseID)), \(pending.map { Int32($0.version) }), \(pending.map(\.event.kind.rawValue)),
                \(pending.map(\.command)), \(pending.map(\.actor.text)), \(pending.map { Int16($0.round) }),
                \(pending.map(\.policy.stored)), \(pending.map { $0.told.map(\.topic).joined(separator: ",") }),
                \(pending.map(\.event.payload)), \(pending.map { heads[$0.caseID] }))
                AS n (case_id, version, kind, command, actor, round, policy, told, payload, head),
                (SELECT jiesu.moment(\(batch.now.microseconds)) AS at) AS t
            """
    }

    private func announcements(_ batch: CaseBatch) -> Query {
        let rows = batch.pending.flatMap { event in event.told.map { (event.caseID, Int32(event.version), $0.topic) } }
        return """
            INSERT INTO jiesu.outbox (case_id, version, topic)
            SELECT * FROM unnest(\(rows.map(\.0)), \(rows.map(\.1)), \(rows.map(\.2)))
            """
    }

    /// New cases are inserted, those with a head are updated; a batch holds one kind.
    private func rows(_ batch: CaseBatch, existing heads: [Int64: [UInt8]]) -> Query? {
        let files = batch.changed
        if heads.isEmpty { return inserted(files, batch) }
        return """
            UPDATE jiesu.case_file f SET version = n.version, state = n.state, round = n.round, nature = n.nature,
                subject = n.subject, also = string_to_array(n.also, ','), urgency = n.urgency,
                flags = string_to_array(n.flags, ','), region = n.region, accused = string_to_array(n.accused, ','),
                lead = n.lead, helpers = string_to_array(n.helpers, ','), earlier = n.earlier,
                changed_at = jiesu.moment(\(batch.now.microseconds)),
                head = (SELECT e.hash FROM jiesu.case_event e WHERE e.case_id = n.id AND e.version = n.version)
            FROM unnest(\(files.map(\.id)), \(files.map { Int32($0.version) }), \(files.map(\.state.rawValue)),
                \(files.map { Int16($0.round) }), \(files.map(\.nature)), \(files.map(\.subject)), \(files.map(\.also).lists),
                \(files.map(\.urgency)), \(files.map(\.flags).lists), \(files.map(\.region)), \(files.map(\.accused).lists),
                \(files.map(\.lead)), \(files.map(\.helpers).lists), \(files.map(\.earlier)))
                AS n (id, version, state, round, nature, subject, also, urgency, flags, region, accused, lead, helpers,
                    earlier)
            WHERE f.id = n.id
            """
    }

    /// A case that begins: nothing of what only later events set can be there yet.
    private func inserted(_ files: [Case], _ batch: CaseBatch) -> Query {
        """
        INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, region, accused,
            helpers, earlier, registered_at, changed_at, head)
        SELECT n.id, n.version, n.state, n.round, n.channel, n.identity, string_to_array(n.policies, ','), '{}', '{}',
            n.region, '{}', '{}', n.earlier, jiesu.moment(\(batch.now.microseconds)),
            jiesu.moment(\(batch.now.microseconds)),
            (SELECT e.hash FROM jiesu.case_event e WHERE e.case_id = n.id AND e.version = n.version)
        FROM unnest(\(files.map(\.id)), \(files.map { Int32($0.version) }), \(files.map(\.state.rawValue)),
            \(files.map { Int16($0.round) }), \(files.map(\.channel)), \(files.map(\.identity.rawValue)),
            \(files.map { $0.policies.map(\.stored) }.lists), \(files.map(\.region)), \(files.map(\.earlier)))
            AS n (id, version, state, round, channel, identity, policies, region, earlier)
        """
    }
}

extension [[String]] {
    /// Lists of codes as one text each: PostgreSQL's unnest would flatten arrays of arrays, and no code holds a comma.
    fileprivate var lists: [String] { map { $0.joined(separator: ",") } }
}
