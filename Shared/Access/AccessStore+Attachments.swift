import Attachments
import HTTP
import Postgres
import WorkingTime

/// What a list says of something that is attached to a case.
package struct AttachmentEntry: Sendable, Equatable {
    package let id: Int64
    /// `nil`: the complainant's or the centre's.
    package let organisation: String?
    package let isComplainants: Bool
    package let at: Moment
    package let kind: AttachedFile.Kind
    /// Bytes.
    package let size: Int
}

/// Photos and papers of cases, for whoever works on them: each reading behind a ticket, as with texts.
extension AccessStore {
    /// What is attached to the case of a ticket; nothing where `readPerson` says nothing. A desk sees its own, the centre's and the
    /// complainant's.
    package func attachments(ticket: Int64) async throws -> [AttachmentEntry] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT id, organisation, of_complainant, jiesu.micros(at), type, size FROM jiesu.attachments(\(ticket))
                """)
        }.map { row in
            AttachmentEntry(
                id: try row.get(0), organisation: try row.get(1), isComplainants: try row.get(2),
                at: Moment(microseconds: try row.get(3)), kind: try AttachedFile.kind(stored: try row.get(4)),
                size: try row.get(5))
        }
    }

    /// One of those; `nil` if it is none of them.
    package func attachment(_ id: Int64, ticket: Int64) async throws -> AttachedFile? {
        try await pool.withConnection { connection in
            try AttachedFile(
                pieces: try await connection.query("SELECT type, bytes FROM jiesu.read_attachment(\(ticket), \(id))"))
        }
    }

    /// Judges a file and attaches it to a case, in the name of `session`'s account. The same file again is the same attachment.
    /// - Returns: its id; `nil` if there is no such case, or the account may not work on it here.
    /// - Throws: `Unfit`.
    package func attach(_ file: FormFile, to id: Int64, for session: Session) async throws -> Int64? {
        try await pool.withConnection { connection in
            let file = try file.attached(of: Set(AttachedFile.Kind.allCases), within: try await .read(on: connection))
            let kept = try await connection.query(
                "SELECT jiesu.attach(\(session.account), \(id), \(file.kind.rawValue), \(file.bytes))"
            ).only().get(0, as: Int64?.self)
            guard kept != 0 else { throw Unfit.full }
            return kept
        }
    }
}

/// A file that is not taken, in words for whoever sent it.
package struct Unfit: Error, Equatable {
    package let message: String

    package init(_ message: String) { self.message = message }

    package static let full = Unfit("这件的照片和文件已经够多，不能再加")
}

extension FormFile {
    /// The file, judged by its content.
    package func attached(of kinds: Set<AttachedFile.Kind>, within bounds: AttachedFile.Bounds) throws(Unfit)
        -> AttachedFile
    {
        let tooLarge = Unfit("每个文件最大 \(bounds.bytes >> 20) MB")
        switch content {
        case .tooLarge: throw tooLarge
        case .noRoom: throw Unfit("此刻上传的人太多，请稍后再加照片")
        case .whole(let bytes):
            let file: AttachedFile
            do throws(AttachedFile.Refusal) {
                file = try AttachedFile(bytes, of: kinds, pixels: bounds.pixels)
            } catch {
                throw Unfit(error.words(kinds))
            }
            guard file.bytes.count <= bounds.bytes else { throw tooLarge }
            return file
        }
    }
}

extension AttachedFile.Refusal {
    fileprivate func words(_ kinds: Set<AttachedFile.Kind>) -> String {
        switch self {
        case .empty: "文件是空的"
        case .otherKind: kinds.contains(.pdf) ? "只接受 JPEG、PNG、WebP 照片和 PDF 文件" : "只接受 JPEG、PNG 或 WebP 照片"
        case .damaged: "文件不完整或已损坏，请换一个"
        case .tooManyPixels: "照片的像素太多，请缩小后再传"
        }
    }
}

extension AttachedFile.Bounds {
    /// As the city has set them.
    package static func read(on connection: Connection) async throws -> AttachedFile.Bounds {
        let rows = try await connection.query("SELECT name, value FROM jiesu.setting WHERE name LIKE 'attachment%'")
        var values: [String: Int] = [:]
        for row in rows { values[try row.get(0)] = try row.get(1) }
        guard let bytes = values["attachment_bytes"], let pixels = values["attachment_pixels"],
            let count = values["attachments_of_complainant"]
        else { throw StoredAttachmentError("a setting of attachments is missing") }
        return AttachedFile.Bounds(bytes: bytes, pixels: pixels, ofComplainant: count)
    }
}

extension AttachedFile {
    /// Of rows with type and bytes, in their order; `nil` of none.
    package init?(pieces: some Sequence<Row>) throws {
        var bytes: [UInt8] = []
        var kind: AttachedFile.Kind?
        for row in pieces {
            kind = try Self.kind(stored: try row.get(0))
            bytes += try row.get(1, as: [UInt8].self)
        }
        guard let kind else { return nil }
        self.init(kept: bytes, kind: kind)
    }

    package static func kind(stored type: String) throws -> AttachedFile.Kind {
        guard let kind = AttachedFile.Kind(rawValue: type) else {
            throw StoredAttachmentError("an attachment has an unknown type")
        }
        return kind
    }

    /// As an answer: a photo within a page, a paper as a file to be saved.
    package var response: Response { .file(bytes, type: kind.rawValue, isShown: kind.isPhoto) }
}

/// What only a hand in the tables brings about.
struct StoredAttachmentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
