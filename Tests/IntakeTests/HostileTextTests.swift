import HTTP
import JSON
import Postgres
import Testing

@testable import Intake

/// What people type is text, whatever it looks like.
@Suite struct HostileTextTests {
    static let texts = [
        "'; DROP TABLE jiesu.case_file; --", "\\'; SELECT pg_sleep(9)--", "$1 $$ $a$", "%s%n%x", "{a,b}\",\"\\",
        "<script>alert(1)</script>", "../../../etc/passwd", "\u{202E}反转", "A\u{301}\u{301}\u{301}", "👨‍👩‍👧‍👦", "\u{FEFF}bom",
        "line\nfeed\r\n\ttab", "NULL", "null", "\u{1}\u{1F}\u{7F}\u{85}\u{2028}", "\u{10FFFF}\u{FFFE}\u{E000}",
    ]

    @Test(arguments: texts)
    func `hostile text in every field is stored as it came`(text: String) async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let body: JSON = [
            "text": .string(text + "诉求"), "title": .string(text), "about": .string(text),
            "contact": [
                "name": .string(text + "人"), "phone": .string(text), "email": .string(text + "@example.invalid"),
                "address": .string(text),
            ],
            "place": ["address": .string(text)],
        ]
        let answer = try await intake.post(body, key: key)
        try #require(answer.status == 201, "\(answer.text)")
        let number = try #require(answer.json?["number"]?.string)
        let id = try #require(Int64(number.dropLast()))
        let stored = try await intake.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT s.text, s.title, s.about, s.place, c.name, c.phone, c.email, c.address
                FROM jiesu.submission s JOIN jiesu.complainant c ON c.id = s.complainant WHERE s.case_id = \(id)
                """)
        }.only()
        let expected = [text + "诉求", text, text, text, text + "人", text, text + "@example.invalid", text]
        #expect(
            try (0..<8).map { try stored.get($0, as: String.self).unicodeScalars.map(\.value) }
                == expected.map { $0.unicodeScalars.map(\.value) })
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_event WHERE case_id = \(id)") == 1)
    }

    @Test(arguments: [
        "'; --", "\"quoted\"", "a b", "%00", "../..", "import:messages:1", String(repeating: "k", count: 200),
    ])
    func `hostile keys are keys`(text: String) async throws {
        let intake = try await IntakeFixture.shared()
        let first = try await intake.post(key: text)
        let second = try await intake.post(key: text)
        #expect(first.status == 201)
        #expect(first.body == second.body)
        #expect(try await intake.cases(key: text) == 1)
    }

    @Test func `a caller cannot take the key of an imported row`() async throws {
        let intake = try await IntakeFixture.shared()
        #expect(try await intake.post(key: "import:board:1").status == 201)
        #expect(
            try await intake.number("SELECT count(*) FROM jiesu.idempotency WHERE key = 'import:board:1'") == 0)
    }
}
