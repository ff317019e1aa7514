import Casework
import Postgres
import WorkingTime

extension CaseStore {
    /// The statements that write what a batch decided: events with their hashes, rows, clocks, announcements.
    func append(_ batch: CaseBatch) throws -> [Query] {
        guard !batch.pending.isEmpty else { return [] }
        let rows = try batch.changed.map { try ChangedRow($0, in: batch) }
        return [events(batch)] + written(rows, batch) + clocks(rows, partitions: batch.rules.partitions) + [
            announcements(batch)
        ] + (try notices(batch)) + webhooks(batch)
    }

    /// What is to be sent to organisations that have a webhook; mostly none has.
    private func webhooks(_ batch: CaseBatch) -> [Query] {
        guard !batch.rules.hooked.isEmpty else { return [] }
        let owed = batch.pending.flatMap { event in
            event.told.compactMap { destination -> (organisation: String, caseID: Int64, version: Int32)? in
                guard case .inbox(let organisation) = destination, batch.rules.hooked.contains(organisation) else {
                    return nil
                }
                return (organisation, event.caseID, Int32(event.version))
            }
        }
        guard !owed.isEmpty else { return [] }
        return [
            "SELECT jiesu.queue_webhooks(\(owed.map(\.organisation)), \(owed.map(\.caseID)), \(owed.map(\.version)))"
        ]
    }

    /// What complainants are to be told, in the transaction of what happened; nothing where no gateway is set.
    private func notices(_ batch: CaseBatch) throws -> [Query] {
        let owed = try batch.owedNotices()
        guard !owed.isEmpty else { return [] }
        return [
            """
            INSERT INTO jiesu.notice (case_id, version, round, kind)
            SELECT * FROM unnest(\(owed.map(\.caseID)), \(owed.map { Int32($0.version) }), \(owed.map { Int16($0.round) }),
                \(owed.map(\.kind)))
            """
        ]
    }

    /// The clocks of locked cases, written anew though nothing happened to them.
    func rewritten(_ files: [Case], in batch: CaseBatch) throws -> [Query] {
        let rows = try files.sorted { $0.id < $1.id }.map { try ChangedRow($0, in: batch, always: true) }
        let limits: Query = """
            UPDATE jiesu.case_file f SET limit_at = jiesu.moment(n.limit_at)
            FROM unnest(\(rows.map(\.file.id)), \(rows.map(\.limitAt))) AS n (id, limit_at) WHERE f.id = n.id
            """
        return clocks(rows, partitions: batch.rules.partitions) + [limits]
    }

    /// A case after its events, with what follows from it for lists and watchers.
    private struct ChangedRow {
        let file: Case
        let isNew: Bool
        let changedAt: Int64
        let clocks: [Clock]
        let haveClocksChanged: Bool
        let limitAt: Int64?
        let callback: OwedCallback?

        init(_ file: Case, in batch: CaseBatch, always: Bool = false) throws {
            let policies = try batch.rules.policies(of: file)
            let old = batch.before[file.id]
            self.file = file
            isNew = old == nil
            changedAt = (batch.changedAt[file.id] ?? batch.now).microseconds
            clocks = Casework.clocks(of: file, under: policies, on: batch.rules.calendar)
            let earlier = try old.map {
                Casework.clocks(of: $0, under: try batch.rules.policies(of: $0), on: batch.rules.calendar)
            }
            haveClocksChanged = always || clocks != earlier ?? []
            limitAt = clocks.compactMap(\.limit).min()?.microseconds
            callback = callbacks(of: file, under: policies, on: batch.rules.calendar).first
        }
    }

    private func events(_ batch: CaseBatch) -> Query {
        let pending = batch.pending
        return """
            INSERT INTO jiesu.case_event
                (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
            SELECT n.case_id, n.version, n.kind, n.command, n.actor, n.round, n.policy, jiesu.moment(n.at),
                string_to_array(n.told, ','), n.payload,
                jiesu.chain(n.head, jiesu.event_body(n.case_id, n.version, n.kind, n.command, n.actor, n.round, n.policy,
                    jiesu.moment(n.at), string_to_array(n.told, ','), n.payload))
                    OVER (PARTITION BY n.case_id ORDER BY n.version ROWS UNBOUNDED PRECEDING)
            FROM unnest(\(pending.map(\.caseID)), \(pending.map { Int32($0.version) }),
                \(pending.map(\.event.kind.rawValue)), \(pending.map(\.command)), \(pending.map(\.actor.text)),
                \(pending.map { Int16($0.round) }), \(pending.map(\.policy.stored)), \(pending.map(\.at.microseconds)),
                \(pending.map { $0.told.map(\.topic).joined(separator: ",") }), \(pending.map(\.event.payload)),
                \(pending.map { batch.heads[$0.caseID] }))
                AS n (case_id, version, kind, command, actor, round, policy, at, told, payload, head)
            """
    }

    private func announcements(_ batch: CaseBatch) -> Query {
        let rows = batch.pending.flatMap { event in event.told.map { (event.caseID, Int32(event.version), $0.topic) } }
        return """
            INSERT INTO jiesu.outbox (case_id, version, topic)
            SELECT * FROM unnest(\(rows.map(\.0)), \(rows.map(\.1)), \(rows.map(\.2)))
            """
    }

    private func written(_ rows: [ChangedRow], _ batch: CaseBatch) -> [Query] {
        // Of one that begins and was found out at once the rest is written after its beginning.
        let (new, old) = (rows.filter(\.isNew), rows.filter { !$0.isNew || $0.file.subject != nil })
        return (new.isEmpty ? [] : [inserted(new)]) + (old.isEmpty ? [] : [updated(old)])
    }

    private func updated(_ rows: [ChangedRow]) -> Query {
        let files = rows.map(\.file)
        return """
            UPDATE jiesu.case_file f SET version = n.version, state = n.state, round = n.round,
                policies = string_to_array(n.policies, ','), nature = n.nature,
                subject = n.subject, also = string_to_array(n.also, ','), urgency = n.urgency,
                flags = string_to_array(n.flags, ','), region = n.region, accused = string_to_array(n.accused, ','),
                lead = n.lead, helpers = string_to_array(n.helpers, ','), earlier = n.earlier,
                repeat_told = f.repeat_told AND f.earlier IS NOT DISTINCT FROM n.earlier, course = n.course,
                changed_at = jiesu.moment(n.changed_at), limit_at = jiesu.moment(n.limit_at),
                callback_at = jiesu.moment(n.callback_at), callback_by = n.callback_by,
                supervised_until = jiesu.moment(n.supervised_until),
                head = (SELECT e.hash FROM jiesu.case_event e WHERE e.case_id = n.id AND e.version = n.version)
            FROM unnest(\(files.map(\.id)), \(files.map { Int32($0.version) }), \(files.map(\.state.rawValue)),
                \(files.map { Int16($0.round) }), \(files.map { $0.policies.map(\.stored) }.lists), \(files.map(\.nature)),
                \(files.map(\.subject)), \(files.map(\.also).lists), \(files.map(\.urgency)), \(files.map(\.flags).lists),
                \(files.map(\.region)), \(files.map(\.accused).lists), \(files.map(\.lead)), \(files.map(\.helpers).lists),
                \(files.map(\.earlier)), \(files.map(\.course.stored)), \(rows.map(\.changedAt)),
                \(rows.map(\.limitAt)), \(rows.map { $0.callback?.from.microseconds }), \(rows.map { $0.callback?.by.rawValue }),
                \(files.map(\.course.supervisedUntil)))
                AS n (id, version, state, round, policies, nature, subject, also, urgency, flags, region, accused, lead,
                    helpers, earlier, course, changed_at, limit_at, callback_at, callback_by, supervised_until)
            WHERE f.id = n.id
            """
    }

    /// A case that begins: nothing of what only later events set can be there yet.
    private func inserted(_ rows: [ChangedRow]) -> Query {
        let files = rows.map(\.file)
        return """
            INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, region, accused,
                helpers, earlier, course, registered_at, changed_at, limit_at, head)
            SELECT n.id, n.version, n.state, n.round, n.channel, n.identity, string_to_array(n.policies, ','), '{}', '{}',
                n.region, '{}', '{}', n.earlier, n.course, jiesu.moment(n.at), jiesu.moment(n.at),
                jiesu.moment(n.limit_at),
                (SELECT e.hash FROM jiesu.case_event e WHERE e.case_id = n.id AND e.version = n.version)
            FROM unnest(\(files.map(\.id)), \(files.map { Int32($0.version) }), \(files.map(\.state.rawValue)),
                \(files.map { Int16($0.round) }), \(files.map(\.channel)), \(files.map(\.identity.rawValue)),
                \(files.map { $0.policies.map(\.stored) }.lists), \(files.map(\.region)), \(files.map(\.earlier)),
                \(files.map(\.course.stored)), \(rows.map(\.changedAt)), \(rows.map(\.limitAt)))
                AS n (id, version, state, round, channel, identity, policies, region, earlier, course, at, limit_at)
            """
    }

    /// The clocks of cases whose clocks are others now, written anew: no row is ever changed in place.
    private func clocks(_ rows: [ChangedRow], partitions: Int64) -> [Query] {
        let rows = rows.filter(\.haveClocksChanged)
        guard !rows.isEmpty else { return [] }
        let clocks = rows.flatMap { row in row.clocks.map { (id: row.file.id, clock: $0) } }
        var queries: [Query] = []
        let existing = rows.filter { !$0.isNew }.map(\.file.id)
        if !existing.isEmpty { queries.append("DELETE FROM jiesu.clock WHERE case_id = ANY(\(existing))") }
        guard !clocks.isEmpty else { return queries }
        queries.append(
            """
            INSERT INTO jiesu.clock (case_id, profile, rule, step, shard, target_at, limit_at, next_at, uncounted)
            SELECT n.case_id, n.profile, n.rule, n.step, n.case_id % \(partitions), jiesu.moment(n.target),
                jiesu.moment(n.limited), jiesu.moment(n.next), n.uncounted
            FROM unnest(\(clocks.map(\.id)), \(clocks.map(\.clock.profile)), \(clocks.map(\.clock.rule)),
                \(clocks.map(\.clock.step)), \(clocks.map { $0.clock.target?.microseconds }),
                \(clocks.map { $0.clock.limit?.microseconds }), \(clocks.map { $0.clock.next?.microseconds }),
                \(clocks.map(\.clock.isUncounted)))
                AS n (case_id, profile, rule, step, target, limited, next, uncounted)
            """)
        return queries
    }
}

extension [[String]] {
    /// Lists of codes as one text each: PostgreSQL's unnest would flatten arrays of arrays, and no code holds a comma.
    fileprivate var lists: [String] { map { $0.joined(separator: ",") } }
}
