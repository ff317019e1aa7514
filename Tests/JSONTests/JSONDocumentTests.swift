import JSON
import Testing

struct JSONDocumentTests {
    private let text = """
        {
          "name": "p000-06",
          "classify": {
            "subject": [
              "noise",
              {"word": "water",
               "weight": 2},
              [], {},
              "last"
            ],
            "urgent": true
          },
          "limits":
            5
        }
        """

    @Test(
        arguments: [
            ([], 1), (["name"], 2), (["classify"], 3), (["classify", "subject"], 4), (["classify", "subject", 0], 5),
            (["classify", "subject", 1], 6), (["classify", "subject", 1, "weight"], 7),
            (["classify", "subject", 2], 8),
            (["classify", "subject", 3], 8), (["classify", "subject", 4], 9), (["classify", "urgent"], 11),
            (["limits"], 13),
        ] as [(JSONPath, Int)])
    func `names the line of each value`(path: JSONPath, line: Int) throws {
        #expect(try JSONDocument(Array(text.utf8)).line(of: path) == line)
    }

    @Test(
        arguments: [
            (["absent"], 1), (["classify", "absent", "x"], 3), (["classify", "subject", 9], 4), (["limits", 0], 13),
        ] as [(JSONPath, Int)])
    func `a path that leads nowhere gives the last line that exists on it`(path: JSONPath, line: Int) throws {
        #expect(try JSONDocument(Array(text.utf8)).line(of: path) == line)
    }

    @Test func `reads the same value and throws the same errors as JSON`() throws {
        #expect(try JSONDocument(Array(text.utf8)).value == JSON.parse(text))
        #expect(throws: JSONError(reason: .unexpectedEnd, line: 1, column: 2)) { try JSONDocument(Array("[".utf8)) }
    }

    @Test func `a path is written as a JSON Pointer`() {
        #expect((["a", 3, "b/c~d"] as JSONPath).pointer == "/a/3/b~1c~0d")
        #expect(JSONPath().pointer == "")
        #expect(JSONPath().appending("a").appending(0) == ["a", 0])
    }
}
