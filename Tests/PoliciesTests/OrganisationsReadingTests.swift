import Casework
import Testing

@testable import Policies

@Suite struct OrganisationsReadingTests {
    static let right = """
        {
          "regions": [
            {"code": "city", "title": "某市"},
            {"code": "east", "title": "东区", "aliases": ["东"], "parent": "city"}
          ],
          "organisations": [
            {"code": "gov", "title": "市政府", "level": "city", "inbox": true},
            {"code": "east-env", "title": "东区环保局", "aliases": ["环保局"], "parent": "gov", "level": "district",
              "roles": ["env_dept"], "contact": "一楼", "inbox": true,
              "jurisdictions": [{"regions": ["east"], "subjects": ["noise"]}]},
            {"code": "court", "title": "法院", "level": "city", "inbox": false}
          ]
        }
        """

    static func mistakes(_ text: String) throws -> [Mistake] {
        let profile = try Profile.read([UInt8](ProfileReadingTests.right.utf8), file: "p.json")
        do {
            _ = try OrganisationsFile.read([UInt8](text.utf8), file: "o.json", profiles: [profile])
            return []
        } catch {
            return error.list
        }
    }

    @Test func `a right file is read whole and makes a directory`() throws {
        let file = try OrganisationsFile.read([UInt8](Self.right.utf8), file: "o.json", profiles: [])
        #expect(file.regions.map(\.code) == ["city", "east"])
        #expect(file.organisations.map(\.hasInbox) == [true, true, false])
        #expect(file.directory.answering(for: "noise", in: "east").map(\.code) == ["east-env"])
        #expect(file.directory.isUnder("east-env", anyOf: ["gov"]))
    }

    static let slips: [ProfileReadingTests.Slip] = [
        .init(
            old: "\"parent\": \"city\"", new: "\"parent\": \"citty\"", key: "/regions/1/parent",
            message: "unknown region \"citty\"; did you mean \"city\"?", line: 4),
        .init(
            old: "{\"code\": \"city\", \"title\": \"某市\"}",
            new: "{\"code\": \"city\", \"title\": \"某市\", \"parent\": \"east\"}", key: "/regions/1/parent",
            message: "loop: city → east → city", line: 4),
        .init(
            old: "{\"code\": \"city\", \"title\": \"某市\"}",
            new: "{\"code\": \"city\", \"title\": \"某市\", \"parent\": \"east\"}", key: "/regions",
            message: "region without \"parent\"", line: 2),
        .init(
            old: "\"code\": \"east\"", new: "\"code\": \"city\"", key: "/regions/1", message: "is there twice", line: 4),
        .init(
            old: "\"parent\": \"gov\"", new: "\"parent\": \"government\"", key: "/organisations/1/parent",
            message: "unknown organisation", line: 8),
        .init(
            old: "\"parent\": \"gov\"", new: "\"parent\": \"east-env\"", key: "/organisations/1/parent",
            message: "loop: east-env → east-env", line: 8),
        .init(
            old: "\"code\": \"east-env\"", new: "\"code\": \"East_env\"", key: "/organisations/1/code",
            message: "expected a code", line: 8),
        .init(
            old: "\"code\": \"east-env\"", new: "\"code\": \"east-\"", key: "/organisations/1/code",
            message: "no - at the end", line: 8),
        .init(
            old: "\"code\": \"court\"", new: "\"code\": \"gov\"", key: "/organisations/2", message: "is there twice",
            line: 11),
        .init(
            old: "\"noise\"", new: "\"noize\"", key: "/organisations/1/jurisdictions/0/subjects/0",
            message: "did you mean \"noise\"?", line: 10),
        .init(
            old: "[\"east\"]", new: "[\"west\"]", key: "/organisations/1/jurisdictions/0/regions/0",
            message: "unknown region", line: 10),
        .init(old: ", \"inbox\": false", new: "", key: "/organisations/2", message: "\"inbox\" is missing", line: 11),
        .init(
            old: "\"contact\"", new: "\"contacts\"", key: "/organisations/1/contacts",
            message: "did you mean \"contact\"?", line: 9),
    ]

    @Test(arguments: slips)
    func `each mistake is named by line and key, with what was expected`(slip: ProfileReadingTests.Slip) throws {
        #expect(Self.right.contains(slip.old))
        let found = try Self.mistakes(Self.right.replacing(slip.old, with: slip.new, maxReplacements: 1))
        let hit = found.first { $0.key == slip.key && $0.message.contains(slip.message) }
        #expect(hit?.line == slip.line, "\(found)")
    }

    @Test func `a code may have forty characters and not one more`() throws {
        let forty = "a" + String(repeating: "b", count: 39)
        #expect(try Self.mistakes(Self.right.replacing("\"court\"", with: "\"\(forty)\"")).isEmpty)
        #expect(try Self.mistakes(Self.right.replacing("\"court\"", with: "\"\(forty)b\"")).count == 1)
    }

    @Test func `a loop of many is reported once`() throws {
        let loop = (0..<50).map { "{\"code\": \"r\($0)\", \"title\": \"区\", \"parent\": \"r\(($0 + 1) % 50)\"}" }
        let text = Self.right.replacing(
            "\"regions\": [", with: "\"regions\": [" + loop.joined(separator: ",") + ",", maxReplacements: 1)
        #expect(try Self.mistakes(text).filter { $0.message.contains("loop") }.count == 1)
    }
}
