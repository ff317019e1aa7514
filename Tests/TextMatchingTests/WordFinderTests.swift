import Support
import Testing

@testable import TextMatching

@Suite struct WordFinderTests {
    /// Slow and plain: every word at every position.
    private func plainly(_ words: [String], in text: String) -> [WordFinder.Match] {
        let scalars = Array(text.unicodeScalars)
        var found: [WordFinder.Match] = []
        for end in 0...scalars.count {
            for start in 0..<end {
                let piece = String(String.UnicodeScalarView(scalars[start..<end]))
                if let word = words.firstIndex(of: piece) {
                    found.append(WordFinder.Match(word: word, start: start, end: end))
                }
            }
        }
        return found
    }

    @Test(arguments: [
        "", "社保", "社社保保卡卡", "社保卡和社保局", "养老保险养老金", "a社保b", "😀社保😀", "社", "保险养老保", "老养老养老保险险",
    ])
    func `finds what a slow search finds, in the same order`(text: String) {
        let words = ["社保", "社保卡", "保", "养老保险", "养老", "老保", "保险", "险"]
        #expect(WordFinder(words).matches(in: text) == plainly(words, in: text))
    }

    @Test func `agrees with the slow search on a thousand random texts`() {
        var random = SeededGenerator(seed: 7)
        let letters = ["物", "业", "主", "楼", "a", "é", "😀", "\u{0}"]
        func text(_ length: Int) -> String { (0..<length).map { _ in letters[random.below(letters.count)] }.joined() }
        for _ in 0..<1000 {
            let words = Array(Set((0..<6).map { _ in text(1 + random.below(4)) })).sorted()
            let sample = text(random.below(25))
            #expect(WordFinder(words).matches(in: sample) == plainly(words, in: sample))
        }
    }

    @Test func `ASCII letters match in either case, other letters only as written`() {
        let finder = WordFinder(["KTV", "p2p"])
        #expect(finder.matches(in: "ktv和P2P").map(\.word) == [0, 1])
    }

    @Test func `without words, or with empty ones, nothing is found`() {
        #expect(WordFinder([]).matches(in: "社保").isEmpty)
        #expect(WordFinder([""]).matches(in: "社保").isEmpty)
    }
}
