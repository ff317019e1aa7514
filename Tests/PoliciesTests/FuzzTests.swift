import JSON
import Support
import Testing
import WorkingTime

@testable import Policies

/// Whatever stands in a file: an answer, never a trap.
@Suite struct FuzzTests {
    @Test func `profiles with bytes changed at random are read or refused`() {
        survive(ProfileReadingTests.right, runs: 1500) { bytes in
            if let mistakes = refusal({ () throws(Mistakes) in _ = try Profile.read(bytes, file: "f") }) {
                #expect(!mistakes.list.isEmpty && mistakes.list.allSatisfy { $0.line >= 1 })
            }
        }
    }

    @Test func `organisations with bytes changed at random are read or refused`() {
        survive(OrganisationsReadingTests.right, runs: 1500) { bytes in
            if let mistakes = refusal({ () throws(Mistakes) in
                _ = try OrganisationsFile.read(bytes, file: "f", profiles: [])
            }) {
                #expect(!mistakes.list.isEmpty && mistakes.list.allSatisfy { $0.line >= 1 })
            }
        }
    }

    @Test func `calendars with bytes changed at random are read or refused`() {
        survive(CalendarReadingTests.right, runs: 1500) { bytes in
            if let mistakes = refusal({ () throws(Mistakes) in _ = try WorkCalendar.read(bytes, file: "f") }) {
                #expect(!mistakes.list.isEmpty && mistakes.list.allSatisfy { $0.line >= 1 })
            }
        }
    }

    @Test func `profiles with any value replaced by any other are read or refused`() throws {
        var random = SeededGenerator(seed: 11)
        let document = try JSON.parse([UInt8](ProfileReadingTests.right.utf8))
        let strange: [JSON] = [
            .null, .bool(true), .int(.max), .int(.min), .double(-1e300), .double(0.5), .string(""), .string("\u{0}"),
            .string(String(repeating: "长", count: 5000)), .string("a"), .array([]), .array([.null]),
            .object(JSONObject()),
        ]
        for _ in 0..<3000 {
            let changed = replace(in: document, with: strange[random.below(strange.count)], &random)
            _ = refusal { () throws(Mistakes) in _ = try Profile.read([UInt8](changed.text.utf8), file: "f") }
        }
    }

    private func refusal(_ body: () throws(Mistakes) -> Void) -> Mistakes? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func survive(_ text: String, runs: Int, _ body: ([UInt8]) -> Void) {
        var random = SeededGenerator(seed: 3)
        let pieces = ["\"", "{", "}", "[", "]", ",", ":", "null", "-1", "1e999", "\\u0000", "é", "\u{FFFF}", "真"]
        for _ in 0..<runs {
            var bytes = [UInt8](text.utf8)
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(random.below(256))
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: pieces[random.below(pieces.count)].utf8, at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(30)))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            body(bytes)
        }
    }

    /// Walks down at random and puts `new` where it stops.
    private func replace(in json: JSON, with new: JSON, _ random: inout SeededGenerator) -> JSON {
        guard random.below(6) > 0 else { return new }
        switch json {
        case .object(var members) where !members.isEmpty:
            let member = members[random.below(members.count)]
            members[member.key] = replace(in: member.value, with: new, &random)
            return .object(members)
        case .array(var elements) where !elements.isEmpty:
            let index = random.below(elements.count)
            elements[index] = replace(in: elements[index], with: new, &random)
            return .array(elements)
        default: return new
        }
    }
}
