import Testing

@testable import TextMatching

struct SpellingTests {
    @Test func guessesOnlyWhatIsNear() {
        let names = ["subject", "text", "channel"]
        #expect(Spelling.nearest(to: "subjcet", among: names) == "subject")
        #expect(Spelling.nearest(to: "Text", among: names) == "text")
        #expect(Spelling.nearest(to: "txt", among: names) == "text")
        #expect(Spelling.nearest(to: "phone", among: names) == nil)
        #expect(Spelling.nearest(to: "", among: names) == nil)
        #expect(Spelling.nearest(to: "text", among: []) == nil)
        #expect(Spelling.nearest(to: String(repeating: "text", count: 50), among: names) == nil)
        #expect(Spelling.nearest(to: "cat", among: ["car", "bat"]) == "bat")
    }

    @Test(arguments: [
        ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("ab", "ba", 1),
        ("abc", "cab", 2),
    ])
    func distanceCountsWhatMustBeChanged(a: String, b: String, expected: Int) {
        #expect(Spelling.distance(Array(a.utf8), Array(b.utf8)) == expected)
    }
}
