import Postgres

/// Something that a service could not handle, with all that is needed to look into it.
package struct Parked: Sendable, Equatable {
    package var service: String
    package var caseID: Int64?
    /// A code: a refusal's, a message's fault or `sqlstate_…`.
    package var reason: String
    /// One sentence without personal data.
    package var detail: String
    package var origin: Origin?

    /// The message that brought it.
    package struct Origin: Sendable, Equatable {
        package var topic: String
        package var partition: Int32
        package var offset: Int64
        /// The message's value, cut at 16 KiB.
        package var message: [UInt8]

        package init(topic: String, partition: Int32, offset: Int64, message: [UInt8]) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
            self.message = Array(message.prefix(16 * 1024))
        }
    }

    package init(service: String, caseID: Int64? = nil, reason: String, detail: String, origin: Origin? = nil) {
        self.service = service
        self.caseID = caseID
        self.reason = reason
        self.detail = detail
        self.origin = origin
    }
}

extension CaseStore {
    /// Sets something aside. A case that is parked for this service already stays as it is.
    package func park(_ parked: Parked) async throws {
        try await pool.withConnection { connection in
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.parked (service, case_id, reason, detail, topic, partition, "offset", message)
                VALUES (\(parked.service), \(parked.caseID), \(parked.reason), \(parked.detail), \(parked.origin?.topic),
                    \(parked.origin?.partition), \(parked.origin?.offset), \(parked.origin?.message))
                ON CONFLICT DO NOTHING
                """)
        }
    }
}
