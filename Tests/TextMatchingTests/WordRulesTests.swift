import Testing

@testable import TextMatching

@Suite struct WordRulesTests {
    private func score(_ terms: [Term], _ text: String, countingAtMost most: Int = 3) -> Double {
        WordRules([terms], countingAtMost: most).scores(of: [Passage(text)])[0].score
    }

    @Test func `weights of all terms add up, words inside words too`() {
        let terms = [Term("社保"), Term("社保卡", weight: 2), Term("保", weight: 0.5)]
        #expect(score(terms, "社保卡") == 3.5)
    }

    @Test(arguments: [(1, 2.0), (2, 4.0), (3, 6.0), (4, 6.0), (100, 6.0)])
    func `a term counts three times at most`(times: Int, expected: Double) {
        #expect(score([Term("噪音", weight: 2)], String(repeating: "噪音，", count: times)) == expected)
    }

    @Test func `occurrences that overlap each other count each`() {
        #expect(score([Term("哈哈")], "哈哈哈") == 2)
    }

    @Test(arguments: [
        ("燃气泄漏", 1.0),  // side by side
        ("泄漏的是燃气", 1.0),  // behind, 2 between
        ("燃气一二三泄漏", 1.0),  // 3 between: just near enough
        ("燃气一二三四泄漏", 0.0),  // 4 between
        ("泄漏一二三四燃气", 0.0),
        ("泄漏", 0.0),
        ("燃气一二三四五泄漏一二煤气", 1.0),  // another context word is near
    ])
    func `near asks for one of the words within so many characters`(text: String, expected: Double) {
        #expect(score([Term("泄漏", near: ["燃气", "煤气"], within: 3)], text) == expected)
    }

    @Test(arguments: [
        ("着火了", 1.0),
        ("担心着火了", 0.0),
        ("担心一二三着火了", 0.0),
        ("担心一二三四着火了", 1.0),
        ("着火了担心", 0.0),
        ("担心着火了，一二三四五着火了", 1.0),  // each occurrence for itself
    ])
    func `not near forbids the words within so many characters`(text: String, expected: Double) {
        #expect(score([Term("着火了", notNear: ["担心", "如果"], within: 3)], text) == expected)
    }

    @Test func `a word that overlaps its context is near it`() {
        #expect(score([Term("救命", notNear: ["救命稻草"], within: 0)], "救命稻草") == 0)
        #expect(score([Term("救命", near: ["救命啊"], within: 0)], "救命啊") == 1)
    }

    @Test func `the far end of a long context word counts, not its beginning`() {
        #expect(score([Term("漏", near: ["一二三四五六七八"], within: 1)], "一二三四五六七八九漏") == 1)
        #expect(score([Term("漏", near: ["一二三四五六七八"], within: 1)], "一二三四五六七八九十漏") == 0)
    }

    @Test func `distance is counted in characters, not bytes`() {
        #expect(score([Term("漏", near: ["气"], within: 2)], "气😀😀漏") == 1)
        #expect(score([Term("漏", near: ["气"], within: 2)], "气aaa漏") == 0)
    }

    @Test func `one word may be a term, a context and a term of another label`() {
        let rules = WordRules([
            [Term("学校"), Term("噪音", near: ["学校"], within: 5)],
            [Term("噪音", weight: 4), Term("学校", notNear: ["噪音"], within: 5)],
        ])
        #expect(rules.scores(of: [Passage("学校噪音")]).map(\.score) == [2, 4])
    }

    @Test func `a title counts twice, and its words are near nothing in the text`() {
        let rules = WordRules([[Term("漏水")], [Term("漏水", near: ["楼顶"], within: 9)]])
        let scores = rules.scores(of: [Passage("漏水", times: 2), Passage("楼顶")])
        #expect(scores.map(\.score) == [2, 0])
    }

    @Test func `words come heaviest first, then in the order of the terms`() {
        let rules = WordRules([[Term("甲"), Term("乙", weight: 3), Term("丙"), Term("丁", weight: 2)]])
        #expect(rules.scores(of: [Passage("丙甲丁乙丙")])[0].words == ["乙", "丙", "丁", "甲"])
    }

    @Test func `a text without words scores nothing`() {
        let scores = WordRules([[Term("社保")], []]).scores(of: [Passage("😀😀\u{0}"), Passage("")])
        #expect(scores == [WordRules.Score(), WordRules.Score()])
    }

    /// With work that grows with the square of the length, this text would take hours.
    @Test(.timeLimit(.minutes(5))) func `a hostile text of a million characters comes to an end`() {
        let terms = [
            Term("哈哈"), Term("哈", near: ["哈哈哈", "嘿"], within: 200), Term("嘿", notNear: ["哈"], within: 200),
        ]
        let scores = WordRules([terms]).scores(of: [Passage(String(repeating: "哈", count: 1_000_000))])
        #expect(scores[0].words.contains("哈哈"))
    }
}
