import JSON
import Testing

/// The kinds of text that the JSONTestSuite collects: what every reader must take, and what every reader must refuse.
struct JSONStrictnessTests {
    @Test(
        arguments: [
            ("null", .null), ("true", true), ("false", false), (" [ ] ", []), ("{}", [:]), ("\t\r\n 1 \n", 1),
            ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("1.0", 1.0), ("-0.5", -0.5), ("1e2", 100.0), ("1E+2", 100.0), ("25e-1", 2.5), ("0e0", 0.0),
            ("1e-400", 0.0),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            ("[1,[2,{\"a\":3}]]", [1, [2, ["a": 3]]]), ("{\"\":0}", ["": 0]), ("{\"a\":1,\"A\":2}", ["a": 1, "A": 2]),
            ("\"\"", ""), ("\"a/b\\/c\"", "a/b/c"), ("\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\u{8}\u{C}\n\r\t"),
            ("\"\\u0041\\u00e9\\u4e2d\"", "Aé中"), ("\"\\uD83D\\uDE00\"", "😀"), ("\"\\udbff\\udfff\"", "\u{10FFFF}"),
            ("\"\\u0000\"", "\0"),
            ("\"\u{7F}\u{2028}\u{2029}\u{FEFF}\u{10FFFF}\"", "\u{7F}\u{2028}\u{2029}\u{FEFF}\u{10FFFF}"),
            ("\"中文 😀\\n尾\"", "中文 😀\n尾"), ("\"\\\\u0041\"", "\\u0041"),
        ] as [(String, JSON)])
    func `takes what the grammar allows`(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd), ("  \n", .unexpectedEnd), ("[", .unexpectedEnd), ("[1", .unexpectedEnd),
            ("[1,", .unexpectedEnd),
            ("{", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd),
            ("{\"a\":1", .unexpectedEnd),
            ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\u00", .unexpectedEnd), ("tru", .unexpectedEnd),
            ("-", .unexpectedEnd), ("1.", .unexpectedEnd), ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd),
            ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1 2]", .unexpectedByte), ("[1}", .unexpectedByte),
            ("{\"a\":1,}", .unexpectedByte), ("{a:1}", .unexpectedByte), ("{'a':1}", .unexpectedByte),
            ("{\"a\" 1}", .unexpectedByte), ("{\"a\":1 \"b\":2}", .unexpectedByte), ("{1:1}", .unexpectedByte),
            ("{\"a\"::1}", .unexpectedByte), ("'a'", .unexpectedByte), ("True", .unexpectedByte),
            ("nul1", .unexpectedByte),
            ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("+1", .unexpectedByte), (".5", .unexpectedByte),
            ("// a\n1", .unexpectedByte), ("/* a */1", .unexpectedByte), ("\u{A0}1", .unexpectedByte),
            ("]", .unexpectedByte),
            ("\u{0B}1", .unexpectedByte), ("\0", .unexpectedByte), ("\\u0031", .unexpectedByte), ("*", .unexpectedByte),
            ("1 2", .trailingBytes), ("[]]", .trailingBytes), ("{}}", .trailingBytes), ("nullx", .trailingBytes),
            ("1\0", .trailingBytes), ("0x1", .trailingBytes), ("1e5.5", .trailingBytes), ("\"a\"\"", .trailingBytes),
            ("01", .badNumber), ("-01", .badNumber), ("00", .badNumber), ("-a", .badNumber), ("--1", .badNumber),
            ("1.a", .badNumber), ("1.e5", .badNumber), ("1eE2", .badNumber), ("-Infinity", .badNumber),
            ("[-]", .badNumber),
            ("9223372036854775808", .numberOutOfRange), ("-9223372036854775809", .numberOutOfRange),
            ("1e400", .numberOutOfRange), ("-1e400", .numberOutOfRange),
            (String(repeating: "9", count: 60), .numberOutOfRange),
            ("\"\\x41\"", .badEscape), ("\"\\'\"", .badEscape), ("\"\\u12G4\"", .badEscape),
            ("\"\\U0041\"", .badEscape),
            ("\"\\\n\"", .badEscape), ("\"\\u{41}\"", .badEscape),
            ("\"\\uD800\"", .loneSurrogate), ("\"\\uDC00\"", .loneSurrogate), ("\"\\uD800x\"", .loneSurrogate),
            ("\"\\uD800\\n\"", .loneSurrogate), ("\"\\uD800\\uD800\"", .loneSurrogate),
            ("\"\\uDE00\\uD83D\"", .loneSurrogate),
            ("\"\n\"", .controlCharacter), ("\"\t\"", .controlCharacter), ("\"\0\"", .controlCharacter),
            ("\"\u{1F}\"", .controlCharacter),
            ("{\"a\":1,\"a\":1}", .duplicateKey), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey),
            ("\u{FEFF}{}", .byteOrderMark),
        ] as [(String, JSONError.Reason)])
    func `refuses what the grammar forbids and says why`(text: String, reason: JSONError.Reason) {
        #expect { try JSON.parse(text) } throws: { ($0 as? JSONError)?.reason == reason }
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC0, 0xAF], [0xC3], [0xE4, 0xB8], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xFE, 0xFF],
            [0xE4, 0xB8, 0x5C, 0x6E], [0xF0, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `refuses bytes that are no UTF-8, in values and in keys`(broken: [UInt8]) {
        let quoted = Array("\"好".utf8) + broken + Array("\"".utf8)
        let expected = JSONError(reason: .invalidUTF8, line: 1, column: 3)
        #expect(throws: expected) { try JSON.parse(quoted) }
        #expect(throws: expected.moved(by: 1)) { try JSON.parse(Array("{".utf8) + quoted + Array(":1}".utf8)) }
    }

    @Test func `names line and column of a mistake, in code points`() {
        #expect(throws: JSONError(reason: .unexpectedByte, line: 3, column: 8)) {
            try JSON.parse("{\n \"甲\": 1,\r\n \"乙😀\": x}")
        }
        #expect(throws: JSONError(reason: .duplicateKey, line: 2, column: 2)) { try JSON.parse("{\"a\":1,\n \"a\":2}") }
        #expect(throws: JSONError(reason: .unexpectedEnd, line: 2, column: 1)) { try JSON.parse("[1,\n") }
        #expect(JSONError(reason: .badNumber, line: 2, column: 5).chinese == "第 2 行第 5 列:数字写法不合 JSON 语法")
    }
}

extension JSONError {
    fileprivate func moved(by columns: Int) -> JSONError {
        JSONError(reason: reason, line: line, column: column + columns)
    }
}
