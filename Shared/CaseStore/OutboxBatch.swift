import Casework
import Kafka
import Postgres
import WorkingTime

/// Rows of the outbox with their events, as the relay reads them.
struct OutboxBatch {
    struct Entry {
        let id: Int64
        let topic: String
        let event: CloudEvent
    }

    let entries: [Entry]

    /// The oldest waiting rows in order of id, at most `limit`.
    ///
    /// `LATERAL … LIMIT 1` so that each event is looked up by its key, however many rows the planner expects: it would read
    /// the whole of `case_event` for a hash join.
    static func query(limit: Int) -> Query {
        """
        SELECT o.id, o.topic, o.case_id, o.version, e.kind, e.round, jiesu.micros(e.at), encode(e.hash, 'hex'), e.payload,
            (SELECT value FROM jiesu.setting WHERE name = 'generation')
        FROM (SELECT * FROM jiesu.outbox WHERE NOT set_aside ORDER BY id LIMIT \(limit)) AS o
        CROSS JOIN LATERAL (SELECT * FROM jiesu.case_event e
            WHERE e.case_id = o.case_id AND e.version = o.version LIMIT 1) AS e
        ORDER BY o.id
        """
    }

    init(_ rows: Rows) throws {
        entries = try rows.map { row in
            Entry(
                id: try row.get(0), topic: try row.get(1),
                event: CloudEvent(
                    generation: try row.get(9), caseID: try row.get(2), version: try row.get(3), kind: try row.get(4),
                    round: try row.get(5), at: Moment(microseconds: try row.get(6)), hash: try row.get(7),
                    payload: try row.get(8)))
        }
    }

    /// The message of an entry. `jiesu.cases` is sharded by case, so its partition is named; elsewhere the key decides.
    static func message(_ entry: Entry, partitions: Int64) -> OutgoingMessage {
        OutgoingMessage(
            topic: entry.topic,
            partition: entry.topic == Destination.cases.topic ? Int32(entry.event.caseID % partitions) : nil,
            key: Array(String(entry.event.caseID).utf8), value: Array(entry.event.payload.utf8),
            headers: entry.event.headers.map { Header($0.0, Array($0.1.utf8)) })
    }
}
