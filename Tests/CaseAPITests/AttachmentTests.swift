import Access
import Attachments
import CaseAPI
import CaseStore
import Casework
import Foundation
import HTTP
import JSON
import Pages
import Postgres
import Support
import Testing
import WorkPages

/// Photos and papers at desks and at the centre: who attaches, who sees, and that orders name only what is theirs.
@Suite struct AttachmentTests {
    private func session(_ account: Int64, _ organisation: String?) -> Session {
        Session(account: account, organisation: organisation, roles: [Role(code: "officer")])
    }

    private func access(_ fixture: DeskFixture, _ organisation: String) throws -> AccessStore {
        AccessStore(
            Pool(try fixture.database.settings(as: "jiesu_desk_\(organisation)"), size: 2, log: .silent))
    }

    private static func file(_ bytes: [UInt8] = Photos.fromTelephone()) -> FormFile {
        FormFile(field: "file", content: .whole(bytes))
    }

    @Test func `a desk attaches to its own cases alone, and reads what is the complainant's, the centre's and its own`()
        async throws
    {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        _ = try await fixture.pool.withConnection { connection in
            try await connection.execute("UPDATE jiesu.case_file SET helpers = '{city-health}' WHERE id = \(id)")
        }
        let (lead, helper) = (try access(fixture, "city-urban"), try access(fixture, "city-health"))
        let centre = AccessStore(fixture.pool)
        let (officer, stranger) = (session(fixture.officer, "city-urban"), session(fixture.stranger, "city-health"))
        let photo = try #require(try await lead.attach(Self.file(), to: id, for: officer))
        #expect(try await lead.attach(Self.file(), to: id, for: officer) == photo, "the same is one")
        let paper = try #require(try await helper.attach(Self.file(Photos.pdf), to: id, for: stranger))
        let central = try #require(
            try await centre.attach(Self.file(Photos.png), to: id, for: session(fixture.dispatcher, nil)))
        let complainants: Int64 = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT jiesu.attach_with_code(\(id), (jiesu.query_codes(ARRAY[\(id)]))[1], 'image/webp', \(Photos.webp))
                """
            ).only().get(0)
        }
        #expect(try await lead.attach(Self.file(), to: id, for: stranger) == nil, "in the name of its own people")
        #expect(try await lead.attach(Self.file(), to: 4711, for: officer) == nil)
        let elsewhere = try await fixture.dispatched(1, to: "city-health")[0]
        #expect(try await lead.attach(Self.file(), to: elsewhere, for: officer) == nil)
        await #expect(throws: Unfit.self) {
            try await lead.attach(Self.file(Array("<svg>".utf8)), to: id, for: officer)
        }

        func seen(_ access: AccessStore, _ session: Session) async throws -> [Int64] {
            let ticket = try #require(try await access.ticket(for: session, case: id, purpose: "handling"))
            return try await access.attachments(ticket: ticket).map(\.id)
        }
        #expect(try await seen(lead, officer) == [photo, central, complainants])
        #expect(try await seen(helper, stranger) == [paper, central, complainants])
        #expect(try await seen(centre, session(fixture.dispatcher, nil)) == [photo, paper, central, complainants])

        let ticket = try #require(try await lead.ticket(for: officer, case: id, purpose: "handling"))
        let read = try await lead.attachment(photo, ticket: ticket)
        #expect(
            read?.kind == .jpeg && read.map { String(decoding: $0.bytes, as: UTF8.self).contains("Secret") } == false)
        #expect(try await lead.attachment(paper, ticket: ticket) == nil, "another organisation's")
        #expect(try await helper.attachments(ticket: ticket).isEmpty, "another login's ticket")
        _ = try await fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET accused = '{city-urban}' WHERE id = \(id)")
        }
        #expect(try await seen(lead, officer) == [], "nothing of a complaint about oneself")
        await #expect(throws: PostgresError.self, "what was attached stays") {
            try await fixture.pool.withConnection { try await $0.execute("DELETE FROM jiesu.attachment_piece") }
        }
    }

    @Test func `an order names what its own organisation put to this case, and nothing else`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(2)
        let access = try access(fixture, "city-urban")
        let officer = session(fixture.officer, "city-urban")
        let mine = try #require(try await access.attach(Self.file(), to: ids[0], for: officer))
        let other = try #require(try await access.attach(Self.file(), to: ids[1], for: officer))
        let complainants: Int64 = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT jiesu.attach_with_code(\(ids[0]), (jiesu.query_codes(ARRAY[\(ids[0])]))[1], 'image/webp', \(Photos.webp))
                """
            ).only().get(0)
        }
        let desk = try fixture.desk("city-urban", patience: .milliseconds(50))
        _ = try await desk.give(fixture.request(.sign, of: ids[0], "s"))
        _ = try await fixture.store.decideCommands(limit: 10)
        for (index, named) in [
            "[\(other)]", "[4711]", "[\(complainants)]", "[\(mine), \(other)]", "[\"a\(mine)\"]", "[null]",
            "[[\(mine)]]",
        ]
        .enumerated() {
            let outcome = try await desk.give(
                fixture.request(.note, of: ids[0], "n\(index)", payload: #"{"attachments": \#(named)}"#, note: "x"))
            guard case .refused("incomplete", _) = outcome else { throw NotInTime("\(named) was taken: \(outcome)") }
        }
        #expect(
            try await fixture.number("SELECT count(*) FROM jiesu.note") == 0, "what is refused leaves nothing")
        let request = fixture.request(.note, of: ids[0], "ok", payload: #"{"attachments": [\#(mine)]}"#, note: "x")
        _ = try await desk.give(request)
        _ = try await fixture.store.decideCommands(limit: 10)
        guard case .done = try await desk.give(request) else { throw NotInTime("the note with its photo") }
        let events = try await desk.view(ids[0], for: nil)?.steps.map(\.event) ?? []
        guard case .noted(let noted)? = events.last else { throw NotInTime("\(events)") }
        #expect(noted.attachments == [Int(mine)])

        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        let atCentre = AccessStore(fixture.pool)
        let paper = try #require(
            try await atCentre.attach(Self.file(Photos.pdf), to: ids[0], for: session(fixture.dispatcher, nil)))
        for (named, isRight) in [(mine, false), (complainants, false), (paper, true)] {
            let outcome = try await centre.give(
                fixture.request(
                    .note, of: ids[0], "c\(named)", payload: #"{"attachments": [\#(named)]}"#, note: "x",
                    account: fixture.dispatcher, organisation: nil, roles: ["dispatcher"]))
            if case .refused("incomplete", _) = outcome {
                #expect(!isRight)
            } else {
                #expect(isRight, "\(outcome)")
            }
        }
    }

    @Test func `a complainant sees what came along with the answer, and nothing else of the work`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let access = try access(fixture, "city-urban")
        let officer = session(fixture.officer, "city-urban")
        let inner = try #require(try await access.attach(Self.file(Photos.png), to: id, for: officer))
        let outer = try #require(try await access.attach(Self.file(), to: id, for: officer))
        func give(_ kind: Order.Kind, _ payload: String) async throws {
            let desk = try fixture.desk("city-urban", patience: .milliseconds(20))
            _ = try await desk.give(fixture.request(kind, of: id, kind.rawValue, payload: payload, note: "x"))
            _ = try await fixture.store.decideCommands(limit: 10)
        }
        func seen() async throws -> [Int64] {
            try await fixture.pool.withConnection { connection in
                try await connection.query(
                    "SELECT id FROM jiesu.complainants_attachments(\(id), (jiesu.query_codes(ARRAY[\(id)]))[1])")
            }.map { try $0.get(0, as: Int64.self) }
        }
        try await give(.sign, "{}")
        try await give(.note, #"{"attachments": [\#(inner)]}"#)
        #expect(try await seen() == [])
        try await give(
            .reply, #"{"to": "complainant", "form": "written", "outcome": "resolved", "attachments": [\#(outer)]}"#)
        #expect(try await seen() == [outer])
    }
}
