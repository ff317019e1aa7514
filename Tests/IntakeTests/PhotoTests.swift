import Attachments
import Casework
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Testing

@testable import Intake

/// Photos of complainants: with the form, afterwards, and over the API.
@Suite struct PhotoTests {
    private let intake: IntakeFixture

    init() async throws { intake = try await IntakeFixture.shared() }

    private func send(_ path: String, _ body: MultipartBody, _ headers: Headers = [:]) async throws -> Client.Answer {
        var headers = headers
        headers["Content-Type"] = MultipartBody.type
        return try await intake.send("POST", path, headers: headers, body: body.bytes)
    }

    private func registered(_ body: JSON = IntakeFixture.complaint) async throws -> (number: String, code: String) {
        let answer = try await intake.post(body, key: IntakeFixture.key())
        return (try #require(answer.json?["number"]?.string), try #require(answer.json?["code"]?.string))
    }

    private func file(_ bytes: [UInt8], name: String = "a.jpg") -> MultipartBody {
        MultipartBody(files: [("file", name, bytes)])
    }

    private func path(_ number: String) -> String { "/api/v1/complaints/\(number)/attachments" }

    // MARK: The API

    @Test func `a photo is kept in pieces, without its place, and comes back to whoever holds number and code`()
        async throws
    {
        let (number, code) = try await registered()
        let key: Headers = ["Jiesu-Query-Code": code]
        let attached = try await send(path(number), file(Photos.fromTelephone()), key)
        #expect(attached.status == 201, "\(attached.text)")
        let id = try #require(attached.json?["attachment"]?.int)
        #expect(
            try await send(path(number), file(Photos.fromTelephone()), key).json?["attachment"]?.int == id,
            "the same is one")

        let list = try await intake.send("GET", path(number), headers: key).json?["attachments"]
        #expect(list == [["attachment": .int(id), "type": "image/jpeg", "with_answer": false]])
        let back = try await intake.send("GET", "\(path(number))/\(id)", headers: key)
        #expect(back.headers["Content-Type"] == "image/jpeg" && back.headers["X-Content-Type-Options"] == "nosniff")
        #expect(back.body == (try AttachedFile(Photos.fromTelephone(), of: [.jpeg], pixels: 1000).bytes))
        #expect(!back.text.contains("Secret") && !back.text.contains("GPS"))
        #expect(
            try await intake.number(
                "SELECT count(*) FROM jiesu.attachment_piece WHERE position('GPS'::bytea IN bytes) > 0") == 0)

        let other = try await registered()
        for (number, code) in [(number, other.code), (other.number, code), (number, "AAAA-AAAA-AAAA-AAAA")] {
            let key: Headers = ["Jiesu-Query-Code": code]
            #expect(try await intake.send("GET", "\(path(number))/\(id)", headers: key).status == 404)
            #expect(try await intake.send("GET", path(number), headers: key).json?["attachments"] == [])
            #expect(try await send(path(number), file(Photos.png), key).status == 409)
        }
        #expect(
            try await intake.send("GET", "\(path(other.number))/\(id)", headers: ["Jiesu-Query-Code": other.code])
                .status == 404)
    }

    @Test func `a photo that comes twice at the same moment is one`() async throws {
        let (number, code) = try await registered()
        let id = try #require(CaseNumber(number)).id
        let photo = try AttachedFile(Photos.png, of: [.png], pixels: 1_000_000).bytes
        let (first, second) = try await intake.pool.transaction { connection in
            let first: Int64 = try await connection.query(
                "SELECT jiesu.keep_attachment(\(id), NULL, NULL, true, 'image/png', \(photo))"
            ).only().get(0)
            let second = Task { try await send(path(number), file(Photos.png), ["Jiesu-Query-Code": code]) }
            try await eventually("the second waits for the first") {
                try await intake.number(
                    """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                        AND query LIKE '%attach_with_code%'
                    """) == 1
            }
            return (first, second)
        }
        let answer = try await second.value
        #expect(answer.status == 201 && answer.json?["attachment"] == .int(first), "\(answer.text)")
    }

    @Test func `a large file lies in rows of 256 KiB`() async throws {
        let (number, code) = try await registered()
        // A PNG with much data, which need not be decodable to be kept.
        var chunk: [UInt8] = [0, 9, 0x27, 0xC0] + Array("IDAT".utf8)
        chunk += [UInt8](repeating: 7, count: 600_000) + [0, 0, 0, 0]
        let photo = Array(Photos.png.prefix(33)) + chunk + Photos.png.dropFirst(33)
        let attached = try await send(path(number), file(photo), ["Jiesu-Query-Code": code])
        let id = try #require(attached.json?["attachment"]?.int, "\(attached.text)")
        #expect(
            try await intake.number("SELECT count(*) FROM jiesu.attachment_piece WHERE attachment = \(id)") == 3)
        let back = try await intake.send("GET", "\(path(number))/\(id)", headers: ["Jiesu-Query-Code": code])
        #expect(back.body == photo)
    }

    private static let unfit: [(bytes: [UInt8], reason: String)] = {
        let giant: [UInt8] = [0, 0x5F, 0xFF, 0xF4] + Array("IDAT".utf8) + [UInt8](repeating: 0, count: 0x5FFFF4 + 4)
        return [
            (Array("<svg onload='alert(1)'>".utf8), "只接受"), (Photos.pdf, "只接受"), ([], "空"),
            (Array(Photos.jpeg.prefix(300)), "损坏"), ([UInt8](repeating: 0xFF, count: 9 << 20), "最大 5 MB"),
            (Array(Photos.png.prefix(33)) + giant + Photos.png.dropFirst(33), "最大 5 MB"),
        ]
    }()

    @Test(arguments: unfit)
    func `what is no photo is refused by its content, whatever its name`(bytes: [UInt8], reason: String) async throws {
        let (number, code) = try await registered()
        for name in ["photo.jpg", "../../../etc/passwd", "a.php\u{0}.png"] {
            let answer = try await send(path(number), file(bytes, name: name), ["Jiesu-Query-Code": code])
            #expect(answer.status == 422)
            #expect(answer.text.contains(reason), "\(answer.text)")
        }
    }

    @Test func `no more photos than nine, none on a closed case, and one at a time`() async throws {
        let (number, code) = try await registered()
        let key: Headers = ["Jiesu-Query-Code": code]
        func photo(_ number: Int) -> [UInt8] {
            // Another comment chunk would be taken out; another size of a pixel stays.
            Array(Photos.png.prefix(33)) + [0, 0, 0, 9] + Array("pHYs".utf8) + [0, 0, 0, UInt8(number), 0, 0, 0, 1, 0]
                + [0, 0, 0, 0] + Photos.png.dropFirst(33)
        }
        for count in 1...9 { #expect(try await send(path(number), file(photo(count)), key).status == 201) }
        let tooMany = try await send(path(number), file(photo(10)), key)
        #expect(tooMany.status == 422 && tooMany.text.contains("不能再加"))
        #expect(try await send(path(number), file(photo(1)), key).status == 201, "it is there already")
        let two = MultipartBody(files: [("file", "a", photo(1)), ("file", "b", photo(2))])
        #expect(try await send(path(number), two, key).status == 422)
        #expect(try await send(path(number), MultipartBody(), key).status == 422)

        let open = try await registered()
        let withdrawn = try await intake.send(
            "POST", "/api/v1/complaints/\(open.number)/withdrawal", headers: ["Jiesu-Query-Code": open.code])
        #expect(withdrawn.status == 200)
        #expect(try await send(path(open.number), file(photo(1)), ["Jiesu-Query-Code": open.code]).status == 409)
    }

    @Test func `an operator attaches to what he registered, papers as well, and to nothing else`() async throws {
        let (mine, other) = (try await registered(), try await registered())
        var tokens: [String: String] = [:]
        for (role, name) in [
            ("operator", "op-\(UInt32.random(in: 0 ... .max))"), ("officer", "of-\(UInt32.random(in: 0 ... .max))"),
        ] {
            let account: Int64 = try await intake.pool.withConnection { connection in
                try await connection.query(
                    """
                    INSERT INTO jiesu.account (name, title, roles, password) VALUES (\(name), '测试员', \([role]), 'x') RETURNING id
                    """
                ).only().get(0)
            }
            tokens[role] = try await intake.pool.withConnection { connection in
                try await connection.query(
                    "SELECT token FROM jiesu.issue_token(\(account), 'token', 'x', interval '1 day')"
                )
                .only().get(0)
            }
            let id = try #require(CaseNumber(mine.number)?.id)
            if role == "operator" {
                // As if he had registered it; events are not changed but by a test.
                try await intake.script(
                    """
                    ALTER TABLE jiesu.case_event DISABLE TRIGGER case_event_append_only;
                    UPDATE jiesu.case_event SET actor = 'account:\(account)' WHERE case_id = \(id) AND version = 1;
                    ALTER TABLE jiesu.case_event ENABLE TRIGGER case_event_append_only
                    """)
            }
        }
        func bearer(_ role: String) -> Headers { ["Authorization": "Bearer \(tokens[role] ?? "")"] }
        let paper = try await send(path(mine.number), file(Photos.pdf), bearer("operator"))
        #expect(paper.status == 201, "\(paper.text)")
        #expect(try await send(path(other.number), file(Photos.pdf), bearer("operator")).status == 409)
        #expect(try await send(path(mine.number), file(Photos.pdf), bearer("officer")).status == 403)
        #expect(try await send(path(mine.number), file(Photos.pdf)).status == 401)
        let key: Headers = ["Jiesu-Query-Code": mine.code]
        let id = try #require(paper.json?["attachment"]?.int)
        let back = try await intake.send("GET", "\(path(mine.number))/\(id)", headers: key)
        #expect(back.body == Photos.pdf && back.headers["Content-Disposition"] == "attachment", "never shown in a page")
    }

    // MARK: The pages

    private func value(_ name: String, in page: String) throws -> String {
        let start = try #require(page.range(of: "name=\"\(name)\" value=\"")?.upperBound, "no \(name) in \(page)")
        return String(page[start...].prefix { $0 != "\"" })
    }

    private func links(_ page: Client.Answer) -> [String] {
        page.text.matches(of: /src=["']([^"']*photos\/[^"']+)/).map { String($0.1) }
    }

    private func form(_ page: Client.Answer, _ step: String, _ other: [(String, String)] = []) throws -> [(
        String, String
    )] {
        [
            ("key", try value("key", in: page.text)), ("photos", try value("photos", in: page.text)), ("text", "路灯不亮"),
            ("identity", "anonymous"), ("step", step),
        ] + other
    }

    @Test func `without a script photos are shown, some taken away, and the others go with the complaint`() async throws
    {
        let empty = try await intake.send("GET", "/complaint", headers: [:])
        let first = try await send(
            "/complaint",
            MultipartBody(
                try form(empty, "photos", [("name", "测试甲")]),
                files: [("photo", "a", Photos.fromTelephone()), ("photo", "b", Photos.png), ("photo", "", [])]))
        #expect(
            first.status == 200 && first.text.contains("路灯不亮") && first.text.contains("测试甲"), "nothing typed is lost")
        #expect(links(first).count == 2)
        for link in links(first) {
            let photo = try await intake.send("GET", link, headers: [:])
            #expect(photo.status == 200 && !photo.text.contains("Secret"))
        }
        let wrongForm = links(first)[0].replacing("/complaint/photos/", with: "/complaint/photos/x")
        #expect(try await intake.send("GET", wrongForm, headers: [:]).status == 404)

        let gone = try #require(links(first)[0].split(separator: "/").last)
        let second = try await send(
            "/complaint",
            MultipartBody(try form(first, "photos", [("drop", String(gone))]), files: [("photo", "c", Photos.webp)]))
        #expect(links(second).count == 2 && !links(second).contains(links(first)[0]))
        // What is wrong elsewhere loses no photo.
        let wrong = try await send(
            "/complaint",
            MultipartBody(try form(second, "send", [("earlier", "1")]), files: [("photo", "d", Photos.progressive)]))
        #expect(wrong.status == 422 && links(wrong).count == 3)
        let unfit = try await send(
            "/complaint", MultipartBody(try form(wrong, "send"), files: [("photo", "e", Array("<svg>".utf8))]))
        #expect(unfit.status == 422 && unfit.text.contains("照片没有加上") && links(unfit).count == 3)

        let sent = MultipartBody(try form(wrong, "send"))
        let receipt = try await send("/complaint", sent)
        let number = try #require(receipt.text.firstMatch(of: /id="number">(\d+)/)).1
        let code = try #require(receipt.text.firstMatch(of: /id="code">([^<]+)/)).1
        #expect(try await send("/complaint", sent).text.contains(number), "sent twice it is one")
        let key: Headers = ["Jiesu-Query-Code": String(code)]
        let list = try await intake.send("GET", path(String(number)), headers: key).json?["attachments"]?.array
        #expect(list?.map { $0["type"]?.string } == ["image/png", "image/webp", "image/jpeg"])
        #expect(try await intake.send("GET", links(wrong)[0], headers: [:]).status == 404, "the form's own are gone")

        let look = try await intake.send(
            "POST", "/progress", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array("number=\(number)&code=\(code)".utf8))
        #expect(links(look).count == 3 && look.text.contains("补充照片"))
        for link in links(look) {
            #expect(!link.contains(number) && !link.contains(code))
            #expect(try await intake.send("GET", link, headers: [:]).status == 200)
            var forged = Array(link.utf8)
            forged[forged.count - 1] ^= 1
            let until = link.split(separator: "-")
            for wrong in [
                String(decoding: forged, as: UTF8.self), "\(until[0])-9999999999-\(until[2])", "/photos/1",
                "/photos/a-b-c",
            ] {
                #expect(try await intake.send("GET", wrong, headers: [:]).status == 404)
            }
        }
        let more = try await send(
            "/progress/photos",
            MultipartBody(
                [("number", String(number)), ("code", String(code))], files: [("photo", "x", Photos.losslessWebP)]))
        #expect(links(more).count == 4 && more.text.contains("已加上照片"))
        let none = try await send(
            "/progress/photos", MultipartBody([("number", String(number)), ("code", String(code))]))
        #expect(none.text.contains("还没有选照片"))
        let stranger = try await send(
            "/progress/photos",
            MultipartBody(
                [("number", String(number)), ("code", "AAAA-AAAA-AAAA-AAAA")], files: [("photo", "x", Photos.jpeg)]))
        #expect(stranger.status == 404)
    }

    @Test func `photos of forms that nobody sends are forgotten, and never more than there is room for`() async throws {
        let page = try await intake.send("GET", "/complaint", headers: [:])
        let fields = try form(page, "photos")
        let form = try value("photos", in: page.text)
        #expect(
            links(try await send("/complaint", MultipartBody(fields, files: [("photo", "a", Photos.jpeg)]))).count == 1)
        try await intake.script(
            "UPDATE jiesu.attachment_draft SET kept_at = kept_at - interval '25 hours' WHERE form = '\(form)'")
        #expect(
            links(try await send("/complaint", MultipartBody(fields, files: [("photo", "a", Photos.png)]))).count == 1)
        let own = try await IntakeFixture()
        try await own.script("UPDATE jiesu.setting SET value = 100 WHERE name = 'draft_bytes'")
        let full = try await own.send(
            "POST", "/complaint", headers: ["Content-Type": MultipartBody.type],
            body: MultipartBody(fields, files: [("photo", "a", Photos.jpeg)]).bytes)
        #expect(full.status == 422 && full.text.contains("此刻上传的人太多"))
    }
}
