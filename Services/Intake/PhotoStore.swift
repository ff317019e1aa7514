import Access
import Attachments
import Casework
import HTTP
import Postgres

/// The photos of complainants: of a form that is being filled in, and of a case.
struct PhotoStore {
    /// Of its own and small: who sends photos takes no connection from who complains, and no more photos are in work at once than it
    /// has connections.
    let pool: Pool

    /// A photo that a page may show, at an address that holds neither number nor code.
    struct Photo {
        let id: Int64
        let link: String
        var kind = AttachedFile.Kind.jpeg
        /// Else it came along with the answer.
        var isComplainants = true
    }

    func bounds() async throws -> AttachedFile.Bounds {
        try await pool.withConnection { try await .read(on: $0) }
    }

    // MARK: Of a form that is being filled in

    /// Judges photos and keeps them under the form's key, for `draft_hours`.
    /// - Returns: what is wrong with those that are not kept, each once.
    func keep(
        _ files: [FormFile], of form: String, as kinds: Set<AttachedFile.Kind>
    ) async throws -> [Unfit] {
        var faults: [Unfit] = []
        for file in files {
            do {
                try await keep(file, of: form, as: kinds)
            } catch let unfit as Unfit {
                if !faults.contains(unfit) { faults.append(unfit) }
            }
        }
        return faults
    }

    private func keep(_ file: FormFile, of form: String, as kinds: Set<AttachedFile.Kind>) async throws {
        try await pool.withConnection { connection in
            let bounds = try await AttachedFile.Bounds.read(on: connection)
            let photo = try file.attached(of: kinds, within: bounds)
            let answers = try await connection.pipeline([
                """
                DELETE FROM jiesu.attachment_draft d USING jiesu.setting s
                WHERE s.name = 'draft_hours' AND d.kept_at < clock_timestamp() - s.value * interval '1 hour'
                """,
                """
                WITH new AS MATERIALIZED (SELECT n.bytes, sha256(n.bytes) AS hash FROM (SELECT \(photo.bytes)) AS n (bytes)),
                held AS (SELECT count(*) AS count, coalesce(sum(octet_length(bytes)), 0) AS bytes FROM jiesu.attachment_draft),
                kept AS (
                    INSERT INTO jiesu.attachment_draft (form, type, hash, bytes)
                    SELECT \(form), \(photo.kind.rawValue), new.hash, new.bytes FROM new, held
                    WHERE \(bounds.ofComplainant) > (SELECT count(*) FROM jiesu.attachment_draft WHERE form = \(form))
                        AND held.bytes + octet_length(new.bytes) <= (SELECT value FROM jiesu.setting WHERE name = 'draft_bytes')
                        AND held.count < (SELECT value FROM jiesu.setting WHERE name = 'drafts')
                    ON CONFLICT (form, hash) DO NOTHING RETURNING id
                )
                SELECT EXISTS (SELECT FROM kept)
                    OR EXISTS (SELECT FROM jiesu.attachment_draft d, new WHERE d.form = \(form) AND d.hash = new.hash),
                    (SELECT count(*) FROM jiesu.attachment_draft WHERE form = \(form))
                """,
            ])
            let row = try answers[1].only()
            guard try row.get(0, as: Bool.self) else {
                let isFull = try row.get(1, as: Int.self) >= bounds.ofComplainant
                throw isFull ? Unfit("最多 \(bounds.ofComplainant) 张照片") : Unfit("此刻上传的人太多，请稍后再加照片")
            }
        }
    }

    func photos(of form: String) async throws -> [Photo] {
        try await pool.withConnection { connection in
            try await connection.query("SELECT id, type FROM jiesu.attachment_draft WHERE form = \(form) ORDER BY id")
        }.map { row in
            let id: Int64 = try row.get(0)
            return Photo(
                id: id, link: "/complaint/photos/\(form)/\(id)", kind: try AttachedFile.kind(stored: try row.get(1)))
        }
    }

    func photo(_ id: Int64, of form: String) async throws -> AttachedFile? {
        try await pool.withConnection { connection in
            try AttachedFile(
                pieces: try await connection.query(
                    "SELECT type, bytes FROM jiesu.attachment_draft WHERE form = \(form) AND id = \(id)"))
        }
    }

    func drop(_ ids: [Int64], of form: String) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.execute("DELETE FROM jiesu.attachment_draft WHERE form = \(form) AND id = ANY(\(ids))")
        }
    }

    /// The photos of a form go to the case that it became.
    func adopt(_ form: String, by number: CaseNumber, _ code: QueryCode) async throws {
        _ = try await pool.transaction { connection in
            try await connection.pipeline([
                """
                SELECT jiesu.attach_with_code(\(number.id), \(code.bytes), d.type, d.bytes)
                FROM jiesu.attachment_draft d WHERE d.form = \(form) ORDER BY d.id
                """,
                "DELETE FROM jiesu.attachment_draft WHERE form = \(form)",
            ])
        }
    }

    /// As `adopt(_:by:_:)`, for the operator who registered it.
    /// - Returns: whether all of them are with the case.
    func adopt(_ form: String, by number: CaseNumber, asOperator account: Int64) async throws -> Bool {
        try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.attach_drafts(\(account), \(number.id), \(form))").only().get(0)
        }
    }

    // MARK: Of a case

    /// - Returns: the attachment's id; `nil` if there is no such case, the code is not its code, or it is closed.
    /// - Throws: `Unfit`.
    func attach(_ file: FormFile, to number: CaseNumber, _ code: QueryCode) async throws -> Int64? {
        try await pool.withConnection { connection in
            let photo = try file.attached(of: AttachedFile.photos, within: try await .read(on: connection))
            return try await Self.id(
                "SELECT jiesu.attach_with_code(\(number.id), \(code.bytes), \(photo.kind.rawValue), \(photo.bytes))",
                on: connection)
        }
    }

    /// By the operator who registered it, who may hand in papers as well.
    /// - Returns, throws: as `attach(_:to:_:)`.
    func attach(_ file: FormFile, to number: CaseNumber, asOperator account: Int64) async throws -> Int64? {
        try await pool.withConnection { connection in
            let kinds = Set(AttachedFile.Kind.allCases)
            let paper = try file.attached(of: kinds, within: try await .read(on: connection))
            return try await Self.id(
                "SELECT jiesu.attach_as_operator(\(account), \(number.id), \(paper.kind.rawValue), \(paper.bytes))",
                on: connection)
        }
    }

    private static func id(_ query: Query, on connection: Connection) async throws -> Int64? {
        let id = try await connection.query(query).first?.get(0, as: Int64?.self) ?? nil
        guard id != 0 else { throw Unfit.full }
        return id
    }

    /// What whoever holds number and code may see: their own, and what came along with an answer.
    func photos(of number: CaseNumber, _ code: QueryCode) async throws -> [Photo] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT id, link, type, of_complainant
                FROM jiesu.complainants_attachments(\(number.id), \(code.bytes))
                """)
        }.map { row in
            Photo(
                id: try row.get(0), link: "/photos/" + (try row.get(1, as: String.self)),
                kind: try AttachedFile.kind(stored: try row.get(2)), isComplainants: try row.get(3))
        }
    }

    func file(_ id: Int64, of number: CaseNumber, _ code: QueryCode) async throws -> AttachedFile? {
        try await pool.withConnection { connection in
            try AttachedFile(
                pieces: try await connection.query(
                    "SELECT type, bytes FROM jiesu.complainants_attachment(\(number.id), \(code.bytes), \(id))"))
        }
    }

    /// - Parameter link: as `photos(of:_:)` gave it: id, until when, and what proves both.
    func file(link: String) async throws -> AttachedFile? {
        let parts = link.split(separator: "-")
        guard parts.count == 3, let id = Int64(parts[0]), let until = Int64(parts[1]) else { return nil }
        return try await pool.withConnection { connection in
            try AttachedFile(
                pieces: try await connection.query(
                    "SELECT type, bytes FROM jiesu.linked_attachment(\(id), \(until), \(String(parts[2])))"))
        }
    }
}
