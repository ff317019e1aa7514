/// Weighs what a text speaks for: the sum of the weights of the terms found, for each of several labels.
///
/// One automaton for all labels, so a text is read once however many there are. Deterministic; any text will do.
package struct WordRules: Sendable {
    /// What was found for one label.
    package struct Score: Sendable, Equatable {
        package var score: Double
        /// Words that counted, the heaviest first, then in the order of the terms.
        package var words: [String]

        package init(score: Double = 0, words: [String] = []) {
            self.score = score
            self.words = words
        }
    }

    private let finder: WordFinder
    private let terms: [LabelledTerm]
    private let labelCount: Int
    private let most: Int
    /// Terms without context by word: counted as they pass.
    private let plain: [[Int]]
    /// Terms with context by word: judged at the end of a passage.
    private let contextual: [[Int]]
    /// Words whose places must be remembered because some term asks what is near.
    private let isContext: [Bool]

    private struct LabelledTerm: Sendable {
        var term: Term
        var label: Int
        var near: [Int]
        var notNear: [Int]
    }

    /// `labels[i]` are the terms that speak for label i. A term counts at most `most` times in a text, so that nobody
    /// gets a hearing by repeating himself.
    package init(_ labels: [[Term]], countingAtMost most: Int = 3) {
        var words: [String] = []
        var indices: [String: Int] = [:]
        func index(of word: String) -> Int {
            // The finder folds ASCII case, so two spellings are one word here as well.
            let key = word.asciiLowercased
            if let known = indices[key] { return known }
            indices[key] = words.count
            words.append(word)
            return words.count - 1
        }
        terms = labels.enumerated().flatMap { label, terms in
            terms.map {
                LabelledTerm(
                    term: $0, label: label, near: $0.near.map(index), notNear: $0.notNear.map(index))
            }
        }
        var (plain, contextual) = ([Int: [Int]](), [Int: [Int]]())
        for (position, term) in terms.enumerated() {
            let word = index(of: term.term.word)
            if term.term.hasContext {
                contextual[word, default: []].append(position)
            } else {
                plain[word, default: []].append(position)
            }
        }
        self.plain = words.indices.map { plain[$0] ?? [] }
        self.contextual = words.indices.map { contextual[$0] ?? [] }
        var isContext = [Bool](repeating: false, count: words.count)
        for word in terms.flatMap({ $0.near + $0.notNear }) { isContext[word] = true }
        self.isContext = isContext
        labelCount = labels.count
        self.most = most
        finder = WordFinder(words)
    }

    /// What `passages` speak for, by label.
    package func scores(of passages: [Passage]) -> [Score] {
        var counts = [Int](repeating: 0, count: terms.count)
        for passage in passages where passage.times > 0 {
            count(passage, into: &counts)
        }
        var scores = [Score](repeating: Score(), count: labelCount)
        var found: [[(weight: Double, word: String)]] = Array(repeating: [], count: labelCount)
        for (index, count) in counts.enumerated() where count > 0 {
            let term = terms[index]
            let weight = term.term.weight * Double(min(count, most))
            scores[term.label].score += weight
            found[term.label].append((weight, term.term.word))
        }
        for label in scores.indices where !found[label].isEmpty {
            scores[label].words = found[label].stablySorted { $0.weight > $1.weight }.map(\.word)
        }
        return scores
    }

    private func count(_ passage: Passage, into counts: inout [Int]) {
        var waiting: [WordFinder.Match] = []
        var places: [Int: Places] = [:]
        finder.forEachMatch(in: passage.text) { match in
            for term in plain[match.word] where counts[term] < most { counts[term] += passage.times }
            if isContext[match.word] { places[match.word, default: Places()].add(match) }
            if !contextual[match.word].isEmpty { waiting.append(match) }
        }
        for match in waiting {
            for index in contextual[match.word] where counts[index] < most {
                let term = terms[index]
                func stands(_ word: Int) -> Bool {
                    places[word]?.reach(match, within: term.term.within) == true
                }
                if term.near.isEmpty || term.near.contains(where: stands), !term.notNear.contains(where: stands) {
                    counts[index] += passage.times
                }
            }
        }
    }
}

/// Where one word stands in a passage. The finder reports a word's places in order, so they can be searched by halves.
private struct Places {
    private var starts: [Int] = []
    private var length = 0

    mutating func add(_ match: WordFinder.Match) {
        starts.append(match.start)
        length = match.end - match.start
    }

    /// Whether one of the places has at most `within` characters between itself and `match`.
    func reach(_ match: WordFinder.Match, within: Int) -> Bool {
        // The first place that does not end too far before `match`; it reaches it unless it starts too far behind.
        let earliest = match.start - within - length
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < earliest { low = middle + 1 } else { high = middle }
        }
        return low < starts.count && starts[low] <= match.end + within
    }
}

extension String {
    /// ASCII letters in lower case, all else as it was.
    fileprivate var asciiLowercased: String {
        String(decoding: utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}

extension Array {
    /// `sort` keeps the order of equals today, but does not promise it.
    fileprivate func stablySorted(by comesFirst: (Element, Element) -> Bool) -> [Element] {
        enumerated().sorted { a, b in
            comesFirst(a.element, b.element) || (!comesFirst(b.element, a.element) && a.offset < b.offset)
        }.map(\.element)
    }
}
