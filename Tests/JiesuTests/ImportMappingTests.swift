import CaseStore
import Casework
import Testing

@testable import Jiesu

/// From a row to a registration, or to the reason why not.
@Suite struct ImportMappingTests {
    private func mapping(
        _ header: String, map: [String] = [], source: String = "board", channel: String = "letter"
    ) throws(Arguments.Mistake) -> ImportMapping {
        try ImportMapping(
            .csv, first: [Self.record(header)], map: map, source: source, line: "12345", channel: channel)
    }

    private func mistake(
        _ header: String, map: [String] = [], source: String = "board", channel: String = "letter"
    ) -> String? {
        do throws(Arguments.Mistake) {
            _ = try mapping(header, map: map, source: source, channel: channel)
            return nil
        } catch {
            return error.message
        }
    }

    private func reason(_ header: String, _ row: String) throws -> String? {
        let mapping = try mapping(header)
        do throws(ImportMapping.Fault) {
            _ = try mapping.registration(Self.record(row, line: 7))
            return nil
        } catch {
            return error.reason
        }
    }

    private static func record(_ text: String, line: Int = 1) -> CSVReader.Record {
        CSVReader.Record(
            line: line, fields: text.split(separator: ",", omittingEmptySubsequences: false).map { Array($0.utf8) })
    }

    @Test func `columns named like a field need no mapping, and time is when it was written`() throws {
        let mapping = try mapping("id,user,time,title,text,likes,region")
        let registration = try mapping.registration(
            Self.record("5,UU1,2011-08-03T18:24:41+08:00,路灯,路灯不亮,7,望汀区"))
        #expect(registration.key == "import:board:5")
        #expect(registration.written?.iso8601 == "2011-08-03T18:24:41+08:00")
        #expect(registration.happened == nil)
        #expect(registration.title == "路灯")
        #expect(registration.text == "路灯不亮")
        #expect(registration.region == "望汀区")
        #expect(registration.channel == "letter")
        #expect(registration.actor == .list("board"))
        #expect(registration.identity == .anonymous)
    }

    @Test func `other columns are mapped, and a mapping wins over a name`() throws {
        let mapping = try mapping(
            "nr,text,内容,who,a=b", map: ["内容=text", "nr=id", "who=name", "a=b=place"])
        let registration = try mapping.registration(Self.record("5,x,路灯不亮,某人,桥头"))
        #expect(registration.key == "import:board:5")
        #expect(registration.text == "路灯不亮")
        #expect(registration.contact?.name == "某人")
        #expect(registration.identity == .named)
        #expect(registration.place == "桥头")
    }

    @Test func `each mistake is named`() {
        #expect(mistake("a,b") == "no column gives the text; name it with --map COLUMN=text, one of a, b")
        #expect(mistake("a,b", map: ["c=text"]) == "there is no column \"c\"; there are a, b")
        #expect(mistake("a,text", map: ["a=txt"])?.hasPrefix("\"txt\" is no field; fields are id, title, text") == true)
        #expect(mistake("a,text", map: ["a"]) == "--map wants COLUMN=FIELD, not \"a\"")
        #expect(mistake("a,text", map: ["=id"]) == "--map wants COLUMN=FIELD, not \"=id\"")
        #expect(
            mistake("内容", map: ["text=内容"]) == "--map wants COLUMN=FIELD: \"内容=text\", not \"text=内容\"")
        #expect(
            mistake("{\"text\":\"某人的事\"}")
                == "the file begins with {, as JSON lines do; read it as such with --format jsonl")
        #expect(mistake((0..<99).map { "c\($0)" }.joined(separator: ","))?.hasSuffix("c28, c29, …") == true)
        #expect(mistake("a,b,text", map: ["a=id", "b=id"]) == "two columns are mapped to id")
        #expect(mistake("text,id,text") == "the column \"text\" stands twice in the header")
        #expect(mistake("text", source: "") == "--source wants a name of 1 to 100 characters")
        #expect(mistake("text", source: String(repeating: "s", count: 101)) != nil)
        #expect(mistake("text", channel: "leter")?.hasPrefix("\"leter\" is no channel; channels are ") == true)
    }

    @Test func `a header that is no UTF-8 or badly quoted is a mistake`() {
        let bytes = CSVReader.Record(line: 1, fields: [[0xFF], Array("text".utf8)])
        #expect(throws: Arguments.Mistake(message: "the header is no UTF-8; save the table as UTF-8")) {
            try ImportMapping(.csv, first: [bytes], map: [], source: "s", line: "12345", channel: "letter")
        }
        let faulty = CSVReader.Record(line: 1, fields: [Array("text".utf8)], fault: "text follows a closing quote")
        #expect(throws: Arguments.Mistake.self) {
            try ImportMapping(.csv, first: [faulty], map: [], source: "s", line: "12345", channel: "letter")
        }
    }

    @Test(arguments: [
        ("1,", "text is empty"), ("1, \u{3000}", "text is empty"), ("1", "1 fields where the header has 2"),
        ("1,a,b", "3 fields where the header has 2"), ("1,a\u{0}b", "text holds a NUL"),
        ("1\u{0},a", "id holds a NUL"),
        ("1," + String(repeating: "长", count: 20_001), "text has 20001 characters; at most 20000 are taken"),
        (String(repeating: "1", count: 201) + ",a", "id has 201 characters; at most 200 are taken"),
    ])
    func `a row that cannot be registered says why`(row: String, expected: String) throws {
        #expect(try reason("id,text", row) == expected)
    }

    @Test func `every other field has its bound, and times and channels are checked`() throws {
        #expect(
            try reason("text,name", "a," + String(repeating: "n", count: 501))
                == "name has 501 characters; at most 500 are taken")
        #expect(try reason("text,time", "a,yesterday") == "written is no ISO 8601 time: yesterday")
        #expect(try reason("text,happened", "a,2026-02-30T08:00") == "happened is no ISO 8601 time: 2026-02-30T08:00")
        #expect(try reason("text,channel", "a,张三写的") == "channel is no code of a channel: 张三写的")
        #expect(try reason("text,channel,time,happened,name", "a,,,,") == nil)
    }

    @Test func `a fault of the reader is the row's`() throws {
        let record = CSVReader.Record(line: 3, fields: [Array("a".utf8)], fault: "text follows a closing quote")
        #expect(throws: ImportMapping.Fault.self) { try mapping("text").registration(record) }
        let bytes = CSVReader.Record(line: 3, fields: [[0xE4, 0xB8]])
        #expect(throws: ImportMapping.Fault.self) { try mapping("text").registration(bytes) }
    }

    @Test func `with an id only what is taken makes the row; without one everything does`() throws {
        let known = try mapping("id,text,likes")
        #expect(
            try known.registration(Self.record("1,a,5")).request == known.registration(Self.record("1,a,6")).request)
        #expect(
            try known.registration(Self.record("1,a,5")).request != known.registration(Self.record("1,b,5")).request)
        let unknown = try mapping("text,likes")
        #expect(try unknown.registration(Self.record("a,5")).key == "")
        #expect(
            try unknown.registration(Self.record("a,5")).request != unknown.registration(Self.record("a,6")).request)
    }

    private static func lines(_ texts: [String]) -> [CSVReader.Record] {
        texts.enumerated().map { CSVReader.Record(line: $0 + 1, fields: [Array($1.utf8)]) }
    }

    private func mapping(lines texts: [String], map: [String] = []) throws(Arguments.Mistake) -> ImportMapping {
        try ImportMapping(.jsonl, first: Self.lines(texts), map: map, source: "board", line: "12345", channel: "letter")
    }

    /// The registration of one line under a mapping that its neighbours allow, or why there is none.
    private func outcome(
        _ line: String, map: [String] = []
    ) throws -> Result<Registration, ImportMapping.Fault> {
        let mapping = try mapping(lines: [#"{"text":"a","k":null}"#], map: map)
        return Result { () throws(ImportMapping.Fault) in try mapping.registration(Self.lines([line])[0]) }
    }

    @Test func `keys are what columns are`() throws {
        let line = #"{"k":7,"time":"2011-08-03T18:24:41+08:00","text":"路灯\n不亮","likes":[{}],"title":null,"phone":""}"#
        let registration = try outcome(line, map: ["k=id"]).get()
        #expect(registration.key == "import:board:7")
        #expect(registration.written?.iso8601 == "2011-08-03T18:24:41+08:00")
        #expect(registration.text == "路灯\n不亮")
        #expect(registration.title == nil)
        #expect(registration.contact?.phone == nil)
        // A key that comes later than the first lines counts all the same; the mapped one wins over the named.
        #expect(try outcome(#"{"text":"a","region":"望汀区"}"#).get().region == "望汀区")
        #expect(try outcome(#"{"text":"a","k":"b"}"#, map: ["k=text"]).get().text == "b")
        #expect(
            try outcome(#"{"text":"a","time":"2011-08-03T18:24:41Z","written":"2012-08-03T18:24:41Z"}"#).get().written
                == outcome(#"{"text":"a","written":"2012-08-03T18:24:41Z"}"#).get().written)
    }

    @Test(arguments: [
        ("", "it is no JSON; column 1: ends too early"), ("  ", "it is no JSON; column 3: ends too early"),
        ("路灯", "it is no JSON; column 1: unexpected character"),
        ("1,a", "it is no JSON; column 2: something follows the value"),
        (#"{"text":"a"}{}"#, "it is no JSON; column 13: something follows the value"),
        (#"{"id":123456789012345678901,"text":"a"}"#, "it is no JSON; column 7: number out of range"),
        (#"{"text":"\ud800"}"#, "it is no JSON; column 10: half of a surrogate pair"),
        (#"{"x":"# + String(repeating: "[", count: 99), "it is no JSON; column 37: nested too deeply"),
        ("[]", "it is JSON, but no object"), ("null", "it is JSON, but no object"), ("{}", "text is empty"),
        (#"{"text":null}"#, "text is empty"), (#"{"text":"a\u0000"}"#, "text holds a NUL"),
        (#"{"text":["a"]}"#, "text is an array where a text or a whole number is wanted"),
        (#"{"text":"a","id":{}}"#, "id is an object where a text or a whole number is wanted"),
        (#"{"text":true}"#, "text is true or false where a text or a whole number is wanted"),
        (
            #"{"text":"a","id":1.0}"#,
            "id is a number with a fraction or an exponent where a text or a whole number is wanted"
        ),
        (#"{"text":"a","time":1312367081}"#, "written is no ISO 8601 time: 1312367081"),
    ])
    func `a line that cannot be registered says why`(line: String, expected: String) throws {
        #expect(throws: ImportMapping.Fault.self) { try outcome(line).get() }
        if case .failure(let fault) = try outcome(line) { #expect(fault.reason == expected) }
    }

    @Test(arguments: [
        (
            ["{}", #"{"a":1,"b":2}"#, #"{"b":1}"#], [],
            "no key of the first 3 lines gives the text; name it with --map KEY=text, one of a, b"
        ),
        ([#"{"text":"a"}"#], ["c=id"], "none of the first 1 lines has the key \"c\"; there are text"),
        ([#"{"内容":"a"}"#], ["text=内容"], "--map wants COLUMN=FIELD: \"内容=text\", not \"text=内容\""),
        (
            ["id,text", "1,某人"], [],
            "none of the first 2 lines is a JSON object; line 1: it is no JSON; column 1: unexpected character"
        ),
    ])
    func `each mistake about keys is named`(lines: [String], map: [String], expected: String) {
        #expect(throws: Arguments.Mistake(message: expected)) { try mapping(lines: lines, map: map) }
    }

    @Test func `a line without an id is known by all of it, one with an id by what is taken`() throws {
        #expect(try outcome(#"{"text":"a"}"#).get().key == "")
        #expect(try outcome(#"{"text":"a"}"#).get().request != outcome(#"{"text":"a","x":1}"#).get().request)
        #expect(
            try outcome(#"{"id":1,"text":"a"}"#).get().request == outcome(#"{"x":2,"text":"a","id":"1"}"#).get().request
        )
    }
}
