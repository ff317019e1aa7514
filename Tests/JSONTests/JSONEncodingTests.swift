import Foundation
import Testing

@testable import JSON

/// What is encoded is what Foundation's encoder writes, keys sorted.
struct JSONEncodingTests {
    private struct Whole: Codable {
        var text = "路灯 \"坏了\" \\ / \u{1}\n\t\u{7f}😀"
        var none: String?
        var truth = true
        var double = 2.5
        var whole = 3.0
        var tiny = 1e-9
        var float: Float = 0.25
        var ints: [Int64] = [.min, 0, .max]
        var small: Int8 = -8
        var wide: UInt64 = 1 << 40
        var words: [String: [String]] = ["b": [], "a": ["y", "x"], "ä": ["z"]]
        var numbers: [String: Int64] = ["two": 2, "one": 1]
        var maybe: [Int?] = [1, nil]
        var choice = Choice.second
        var tagged = [Tagged.one(1), .two(name: "二", [1, 2])]
        var empty = Empty()
    }
    private enum Choice: String, Codable { case first, second }
    private enum Tagged: Codable { case one(Int), two(name: String, [Int]) }
    private struct Empty: Codable {}
    private class Base: Encodable { var base = 1 }
    private final class Derived: Base {
        var own = [1]
        private enum Key: CodingKey { case own }
        override func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(own, forKey: .own)
            try super.encode(to: values.superEncoder())
        }
    }

    private func expectSame(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(try JSON.text(encoding: value) == String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    @Test func itWritesWhatFoundationWrites() throws {
        try expectSame(Whole())
        try expectSame([Whole(), Whole()])
        try expectSame(Derived())
        try expectSame("only text")
        try expectSame([[[1]], []])
        try expectSame(Optional<Int>.none)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan])
    func whatJSONCannotHoldIsRefused(number: Double) {
        #expect(throws: EncodingError.self) { try JSON.text(encoding: [number]) }
        #expect(throws: EncodingError.self) { try JSON.text(encoding: ["n": number]) }
        #expect(throws: EncodingError.self) { try JSON.text(encoding: UInt64.max) }
    }
}
