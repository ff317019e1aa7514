import Casework
import Kafka
import Postgres

/// Rows of the outbox with their events, or the digest of a day, as the relay reads them: in order of id, bounded in number and in bytes.
struct OutboxBatch {
    /// One row: an event that a topic has still to hear of.
    struct Entry {
        /// The row's; within a case in order of the events.
        let id: Int64
        let topic: String
        let event: CloudEvent
    }

    /// Bytes of payload after which a batch ends; the event that exceeds them belongs to it.
    static let bytes = 4 << 20

    let entries: [Entry]
    /// No bound cut it off: there were no more rows of the kind.
    let isWhole: Bool

    static let empty = OutboxBatch(entries: [], isWhole: true)

    /// The oldest rows with a greater id that are not set aside, at most `limit`, and the oldest transaction that wrote just before.
    static func waiting(
        above id: Int64 = OutboxFloor.bottom, limit: Int, on connection: Connection
    ) async throws -> (batch: OutboxBatch, oldest: Int64) {
        let answers = try await connection.pipeline([
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            """
            \(raw: head)(SELECT * FROM jiesu.outbox WHERE NOT set_aside AND id > \(id)
                ORDER BY id LIMIT \(limit)) AS o CROSS JOIN \(raw: CloudEvent.lookup)) AS n
            WHERE bytes_before < \(bytes) ORDER BY id
            """,
        ])
        return (try OutboxBatch(answers[1], limit: limit), try answers[0].only().get(0))
    }

    /// The mark of this moment; takes a transaction id.
    static func mark(on connection: Connection) async throws -> OutboxFloor.Mark {
        let answers = try await connection.pipeline([
            "SELECT last_value FROM jiesu.outbox_id_seq", "SELECT pg_current_xact_id()::text::bigint",
        ])
        return OutboxFloor.Mark(lastID: try answers[0].only().get(0), next: try answers[1].only().get(0))
    }

    /// The oldest rows of a topic that are set aside, at most `limit`.
    static func setAside(_ topic: String, limit: Int, on connection: Connection) async throws -> OutboxBatch {
        let rows = try await connection.query(
            """
            \(raw: head)(SELECT * FROM jiesu.outbox WHERE set_aside AND topic = \(topic)
                ORDER BY id LIMIT \(limit)) AS o CROSS JOIN \(raw: CloudEvent.lookup)) AS n
            WHERE bytes_before < \(bytes) ORDER BY id
            """)
        return try OutboxBatch(rows, limit: limit)
    }

    /// No generation is 0: while one is being refilled nothing is sent. Counting the bytes reads no payload that the bound cuts off.
    private static let head: StaticString = """
        SELECT case_id, version, kind, round, jiesu.micros(at), encode(hash, 'hex'), payload,
            coalesce((SELECT value FROM jiesu.setting
                WHERE name = 'generation' AND NOT EXISTS (SELECT FROM jiesu.refill)), 0), id, topic
        FROM (SELECT o.id, o.topic, e.*,
                sum(octet_length(e.payload)) OVER (ORDER BY o.id) - octet_length(e.payload) AS bytes_before
            FROM
        """

    private init(_ rows: Rows, limit: Int) throws {
        let entries = try rows.map { row in
            Entry(id: try row.get(8), topic: try row.get(9), event: try CloudEvent(row))
        }
        let bytes = entries.reduce(0) { $0 + $1.event.payload.utf8.count }
        self.init(entries: entries, isWhole: entries.count < limit && bytes < Self.bytes)
    }

    private init(entries: [Entry], isWhole: Bool) {
        self.entries = entries
        self.isWhole = isWhole
    }

    /// The message of an entry. `jiesu.cases` is sharded by case, so its partition is named; elsewhere the key decides.
    static func message(_ entry: Entry, partitions: Int64) -> OutgoingMessage {
        OutgoingMessage(
            topic: entry.topic,
            partition: entry.topic == Destination.cases.topic ? Int32(entry.event.caseID % partitions) : nil,
            key: Array(entry.event.key.utf8), value: Array(entry.event.payload.utf8),
            headers: entry.event.headers.map { Header($0.0, Array($0.1.utf8)) })
    }
}
