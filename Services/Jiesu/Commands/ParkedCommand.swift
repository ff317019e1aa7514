import Foundation
import Postgres

/// `jiesu parked`
enum ParkedCommand: OperatorCommand {
    static let name = "parked"
    static let synopsis = "list | show ID | retry ID|all | drop ID [--data DIR]"
    static let summary = "what services could not handle: look, let it be tried again, or give it up"
    static let details = """
        list    one line each: id, service, case, reason, since when
        show    everything about one, with the message that brought it
        retry   removes it from the list; its case is looked at again within a minute
        drop    removes one that no case hangs on (a message that was no event); a case cannot be dropped
        """
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let words = arguments.positional
        guard let verb = words.first, ["list", "show", "retry", "drop"].contains(verb),
            words.count == (verb == "list" ? 1 : 2)
        else { throw Arguments.Mistake(message: "one of list, show ID, retry ID or all, drop ID is wanted") }
        let id = words.count == 2 ? Int64(words[1]) : nil
        guard verb == "list" || id != nil || (verb == "retry" && words[1] == "all") else {
            throw Arguments.Mistake(message: "\"\(words[1])\" is no id; `jiesu parked list` shows them")
        }
        let pool = try Reach(arguments).pool()
        return try await pool.withConnection { connection in
            switch verb {
            case "list": try await list(on: connection)
            case "show": try await show(id ?? 0, on: connection)
            case "retry": try await retry(id, on: connection)
            default: try await drop(id ?? 0, on: connection)
            }
        }
    }

    private static func list(on connection: Connection) async throws -> Int32 {
        let rows = try await connection.query(
            """
            SELECT id, service, coalesce(case_id::text, '-'), reason, to_char(parked_at AT TIME ZONE 'Asia/Shanghai',
                'YYYY-MM-DD HH24:MI:SS') FROM jiesu.parked ORDER BY id
            """)
        for row in rows { print(try (0..<5).map { try row.get($0, as: String.self) }.joined(separator: "\t")) }
        if rows.isEmpty { print("nothing is parked") }
        return 0
    }

    private static func show(_ id: Int64, on connection: Connection) async throws -> Int32 {
        let rows = try await connection.query(
            """
            SELECT service, case_id, reason, detail, topic, partition, "offset", message, parked_at
            FROM jiesu.parked WHERE id = \(id)
            """)
        guard let row = rows.first else { throw CommandFailure("nothing is parked with id \(id)") }
        for (index, label) in ["service", "case", "reason", "detail", "topic", "partition", "offset"].enumerated() {
            print("\(label): \(try row.get(index, as: String?.self) ?? "-")")
        }
        print("since: \(try row.get(8, as: String.self))")
        if let message = try row.get(7, as: [UInt8]?.self) {
            print("message: \(printable(String(decoding: message, as: UTF8.self)))")
        }
        return 0
    }

    /// Without what would move an operator's cursor or turn the direction of writing.
    static func printable(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator:
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    private static func retry(_ id: Int64?, on connection: Connection) async throws -> Int32 {
        let count = try await connection.execute(
            "DELETE FROM jiesu.parked WHERE (\(id) IS NULL OR id = \(id)) AND case_id IS NOT NULL")
        if let id, count == 0 {
            throw CommandFailure(
                "no case is parked with id \(id)", hint: "a message that was no event can only be dropped")
        }
        print("\(count) will be tried again")
        return 0
    }

    private static func drop(_ id: Int64, on connection: Connection) async throws -> Int32 {
        let count = try await connection.execute("DELETE FROM jiesu.parked WHERE id = \(id) AND case_id IS NULL")
        guard count == 1 else {
            throw CommandFailure("no message is parked with id \(id)", hint: "a case cannot be dropped, only retried")
        }
        print("dropped")
        return 0
    }
}
