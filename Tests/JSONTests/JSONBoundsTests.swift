import JSON
import Testing

struct JSONBoundsTests {
    @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
    func `takes 32 levels and refuses the 33rd`(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        #expect(try JSON.parse(nested(32)).text == nested(32))
        #expect { try JSON.parse(nested(33)) } throws: { ($0 as? JSONError)?.reason == .tooDeep }
        #expect(throws: Never.self) { try JSON.parse(nested(40), maximumDepth: 40) }
    }

    @Test func `a bomb of a million brackets is refused, not followed`() {
        let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError(reason: .tooDeep, line: 1, column: 33)) { try JSON.parse(bomb) }
    }

    @Test func `a text of 10 MB goes in and out whole`() throws {
        let long = String(repeating: "投诉\n", count: 10_000_000 / 7)
        let bytes = JSON.string(long).bytes
        #expect(bytes.count > 10_000_000)
        #expect(try JSON.parse(bytes).string == long)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a hundred thousand keys take no quadratic time and the last duplicate is found`() throws {
        let members = (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let object = try JSON.parse("{" + members + "}")
        #expect(object["k99999"] == 99999)
        #expect(object.object?.count == 100_000)
        #expect { try JSON.parse("{" + members + ",\"k5\":0}") } throws: { ($0 as? JSONError)?.reason == .duplicateKey }
    }

    @Test func `no prefix of a text is a text, and none traps`() throws {
        let text = Array("{\"甲\":[1,-2.5e3,true,null,\"\\uD83D\\uDE00\\n\"],\"b\":{}}".utf8)
        #expect(throws: Never.self) { try JSON.parse(text) }
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSON.parse(Array(text.prefix(length))) }
        }
    }

    @Test func `any byte put anywhere is taken or refused, never a trap`() throws {
        let text = Array("{\"a\":[0,1.5,\"\\u0041好\"],\"b\":false}".utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                if let value = try? JSON.parse(changed) { #expect(try JSON.parse(value.bytes) == value) }
            }
        }
    }
}
