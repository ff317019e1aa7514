import Postgres
import WorkingTime

extension CloudEvent {
    /// To be joined with a table `o` that has `case_id` and `version`: the event, or the digest of a day, as `e`.
    ///
    /// `LATERAL … LIMIT 1` so that each is looked up by its key, however many rows the planner expects: it would read the whole of
    /// `case_event` for a hash join.
    static let lookup: StaticString = """
        LATERAL (
            SELECT e.case_id, e.version, e.kind, e.round, e.at, e.hash, e.payload FROM jiesu.case_event e
            WHERE e.case_id = o.case_id AND e.version = o.version
            UNION ALL
            SELECT 0, d.number, 'digest', 0::smallint, d.sealed_at, d.hash, jiesu.digest_payload(d.number)
            FROM jiesu.digest d WHERE o.case_id = 0 AND d.number = o.version
            LIMIT 1) AS e
        """

    /// From a row that begins with case, version, kind, round, microseconds, hash in hexadecimal, payload and generation.
    init(_ row: Row) throws {
        self.init(
            generation: try row.get(7), caseID: try row.get(0), version: try row.get(1), kind: try row.get(2),
            round: try row.get(3), at: Moment(microseconds: try row.get(4)), hash: try row.get(5),
            payload: try row.get(6))
    }

    /// What goes over the wire of these cases and versions; those that are not there are passed over.
    package static func read(
        _ keys: [(caseID: Int64, version: Int32)], on connection: Connection
    ) async throws -> [CloudEvent] {
        try await connection.query(
            """
            SELECT e.case_id, e.version, e.kind, e.round, jiesu.micros(e.at), encode(e.hash, 'hex'), e.payload,
                (SELECT value FROM jiesu.setting WHERE name = 'generation')
            FROM unnest(\(keys.map(\.caseID)), \(keys.map(\.version))) AS o (case_id, version) CROSS JOIN \(raw: lookup)
            """
        ).map { try CloudEvent($0) }
    }
}
