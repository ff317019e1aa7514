import JSON
import Testing

struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "-1", "1.5", "\"\"", "[]", "{}", "[1,\"a\",null,{\"b\":[true,false]}]",
        "{\"z\":1,\"a\":2,\"中\":\"文/😀\"}", "\"\\u0000\\u001f\\\"\\\\\\n\\r\\t\"",
    ])
    func `what was read is written the same, in the same order`(text: String) throws {
        #expect(try JSON.parse(text).text == text)
    }

    @Test(
        arguments: [0.1, -1e-7, 1e21, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123456789.125, 3.0] as [Double])
    func `a number with a fraction survives exactly`(number: Double) throws {
        #expect(try JSON.parse(JSON.double(number).bytes) == .double(number))
    }

    @Test func `a number that JSON cannot write becomes null`() {
        #expect(JSON.array([.double(.infinity), .double(.nan)]).text == "[null,null]")
    }

    @Test func `true, 1, 1.0 and "1" are four things`() {
        let values: [JSON] = [true, 1, 1.0, "1"]
        for (position, value) in values.enumerated() {
            #expect(values.firstIndex(of: value) == position)
        }
        #expect(JSON.int(1).double == 1.0)
        #expect(JSON.double(1).int == nil)
        #expect(JSON.bool(true).int == nil)
    }

    @Test func `values are found by key and position, and asking the wrong kind gives nil`() throws {
        let value = try JSON.parse("{\"a\":[{\"b\":\"c\"}]}")
        #expect(value["a"]?[0]?["b"]?.string == "c")
        #expect(value["a"]?[1] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?["b"] == nil)
        #expect(value[0] == nil)
        #expect(value["x"] == nil)
    }

    @Test func `objects are equal whatever the order of their keys`() {
        #expect(["a": 1, "b": 2] as JSON == ["b": 2, "a": 1])
        #expect(["a": 1, "b": 2] as JSON != ["a": 1, "c": 2])
        #expect(["a": 1] as JSON != ["a": 1, "b": 2])
    }

    @Test(arguments: [3, 40])
    func `an object replaces in place, appends at the end and removes`(size: Int) {
        var object = JSONObject()
        for number in 0..<size { object["k\(number)"] = .int(Int64(number)) }
        object["k1"] = "one"
        object["k0"] = nil
        object["absent"] = nil
        #expect(object.keys == (1..<size).map { "k\($0)" })
        #expect(object["k1"] == "one")
        #expect(object["k0"] == nil)
        #expect(object["k2"] == 2)
        let added = object.append(0, for: "k1")
        #expect(!added)
    }

    @Test func `a NUL is found wherever it hides`() throws {
        #expect(try JSON.parse("[{\"a\":[\"b\\u0000\"]}]").hasNUL)
        #expect(try JSON.parse("{\"a\\u0000\":1}").hasNUL)
        #expect(try !JSON.parse("[{\"a\":[\"0\"]}]").hasNUL)
    }
}
